"""The one family of errors that a user can mend; everything else is a bug of ours."""


class AuditorError(Exception):
    """Something the user can mend: one clear sentence that says what to do. Exit code 2."""


class ModelNotLoaded(AuditorError):
    """The model file or folder cannot be used."""


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


class RunUnreadable(AuditorError):
    """The run folder is locked, foreign, damaged, or cannot be written."""


class ResponsesUnreadable(AuditorError):
    """A file of responses that somebody else collected cannot be read."""


class ReportNotRendered(AuditorError):
    """HTML or PDF could not be made; the evidence and the measures are safe."""


class ReportIncomplete(AuditorError):
    """A final report was asked for, and fields that people have to fill are empty."""
