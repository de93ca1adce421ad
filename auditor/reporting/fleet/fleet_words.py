"""What became of the models of a fleet, in words and signs. Pure.

A model that was not audited has no verdict, and no word here sounds like one.
"""

from collections.abc import Mapping, Sequence

from auditor.core.fleet import FleetAudit, FleetModel, FleetResult
from auditor.core.policy import Finding, Verdict
from auditor.reporting import verdicts
from auditor.reporting.blocks import VerdictMark
from auditor.reporting.language import mark, tr
from auditor.reporting.reviews import increase_words

ENDINGS: Mapping[str, str] = {
    "within-policy": mark("audited, within the rules for the exit code"),
    "exceeds-policy": mark("audited, beyond the rules for the exit code"),
    "could-not-audit": mark("could not be audited"),
    "bug": mark("a bug in auditor"),
    "crashed": mark("its process crashed"),
    "timed-out": mark("stopped at its time limit"),
    "interrupted": mark("interrupted"),
    "lost": mark("did not run to its end"),
}
"""By how an audit ended."""
_EXIT_CODES: Mapping[int, str] = {
    0: mark("0: no finding on any model exceeds its policy’s rules. That is not a pass."),
    1: mark("1: a finding on at least one model exceeds its policy’s rules."),
    2: mark("2: at least one model could not be audited. What was found on the others stands."),
}
_INCOMPLETE = VerdictMark(sign="∅", word=mark("incomplete"), css="v-none")
_ORDER = (Verdict.NOT_MEASURABLE, Verdict.INCONCLUSIVE, Verdict.WARN, Verdict.PASS)
"""Below a shown failure: what keeps a fleet from being a pass, worst first, as for one model."""


def fleet_mark(result: FleetResult) -> VerdictMark:
    """The verdict on the worst model; one that was not audited leaves all of it incomplete."""
    told = [audit_verdict(model.audit) for model in result.models if model.audit]
    if Verdict.FAIL in told:
        return verdicts.mark_of(Verdict.FAIL)
    if len(told) < len(result.models):
        return VerdictMark(sign=_INCOMPLETE.sign, word=tr(_INCOMPLETE.word), css=_INCOMPLETE.css)
    return verdicts.mark_of(next(one for one in _ORDER if one in told))


def audit_verdict(audit: FleetAudit) -> Verdict:
    """The verdict on one model, as on the cover of its report."""
    return verdicts.with_increases(audit.findings, audit.increases)


def ending_words(model: FleetModel) -> str:
    """How its audit ended."""
    return tr(ENDINGS[model.ending])


def exit_code_words(model: FleetModel) -> str:
    """Its exit code, where its process had one of its own."""
    if model.exit_code is None or model.exit_code < 0:
        return ""
    return tr("exit code {code}", code=model.exit_code)


def fleet_exit_words(result: FleetResult) -> str:
    """The fleet's exit code with what it means: a reader takes a bare 0 for a pass."""
    return tr(_EXIT_CODES[result.exit_code])


def tally_words(audit: FleetAudit) -> str:
    """How many criteria have each verdict; those that none has are left out."""
    told = [finding.verdict for finding in verdicts.asked(audit.findings)]
    order = (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE, Verdict.PASS)
    counts = [(told.count(one), verdicts.mark_of(one)) for one in order if one in told]
    return ", ".join(verdicts.counted_mark(n, one) for n, one in counts)


def increases_words(audit: FleetAudit) -> str:
    """What its policy asks of an increase since an earlier run came to; empty for nothing asked."""
    if not audit.increases:
        return ""
    return tr("since its baseline: {tally}", tally=increase_words.tally_words(audit.increases))


def worst(audit: FleetAudit) -> Finding | None:
    """The finding that is read first: by verdict, then by size; None where nothing was asked."""
    values = dict(audit.scores.values)

    def key(finding: Finding) -> tuple[int, float]:
        effect = values.get(finding.criterion_id)
        size = abs(effect.value) if effect and effect.value is not None else 0.0
        return (verdicts.SEVERITY.index(finding.verdict), -size)

    return min(verdicts.asked(audit.findings), key=key, default=None)


def letter(place: int) -> str:
    """A, B, C …, AA: a name that fits the head of a column."""
    first, last = divmod(place, 26)
    return (letter(first - 1) if first else "") + chr(ord("A") + last)


def letters(models: Sequence[FleetModel]) -> Mapping[str, str]:
    """The letter of each model, by its name."""
    return {model.name: letter(place) for place, model in enumerate(models)}
