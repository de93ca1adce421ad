"""The one family of errors that a user can mend; everything else is a bug of ours."""


class AuditorError(Exception):
    """Something the user can mend: one clear sentence that says what to do. Exit code 2."""


class ModelNotLoaded(AuditorError):
    """The model file or folder cannot be used."""


class ServerUnavailable(AuditorError):
    """A model's server does not answer, or not as it should; the same command goes on later."""


class LayersNotFound(AuditorError):
    """The layers of a model cannot be found, or cannot be read."""


class FixNotTrained(AuditorError):
    """The adapter of a fix cannot be trained on this model, with this data, on this machine."""


class PolicyInvalid(AuditorError):
    """The policy file is not one, or names what does not exist."""


class BrandInvalid(AuditorError):
    """The brand file or its logo is not one, or asks for what a report cannot show."""


class BatteryInvalid(AuditorError):
    """The shipped or given battery files do not hold together."""


class StandardsInvalid(AuditorError):
    """The shipped files of the standards do not hold together."""


class AboutInvalid(AuditorError):
    """The audit file is not one, or names what does not exist."""


class FleetInvalid(AuditorError):
    """The fleet file is not one, names what does not exist, or cannot be run where it is to."""


class RunUnreadable(AuditorError):
    """The run folder is locked, foreign, damaged, or cannot be written."""


class LedgerNotWritten(AuditorError):
    """The ledger cannot be added to; the audit is safe, and stands in no ledger."""


class ResponsesUnreadable(AuditorError):
    """A file of responses that somebody else collected cannot be read."""


class ReportNotRendered(AuditorError):
    """HTML or PDF could not be made; the evidence and the measures are safe."""


class ReportIncomplete(AuditorError):
    """A final report was asked for, and fields that people have to fill are empty."""


class SignatureRefused(AuditorError):
    """A report cannot be signed: the key, the certificate or the PDF is not fit for it."""
