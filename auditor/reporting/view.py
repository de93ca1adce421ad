"""One audit result, looked up the way the report's pages need it. Pure."""

from dataclasses import dataclass, replace

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting import rounding, verdicts
from auditor.reporting.blocks import Cell, Dot, VerdictMark

IMPLICIT = "word-association"
EXPLICIT = "mirrored-statements"
GAP = "gap"
N_HEAD = "n (stimuli)"
UNUSABLE_HEAD = "Unusable (written)"
UNUSABLE_NOTE = (
    "Unusable: of the written answers; –: scored by likelihood, where there are none by "
    "construction."
)
UNREAD = "n/m"
"""Stands for what the model's answers do not allow to be read: not measurable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An audit result with its categories in the order that every page keeps."""

    result: AuditResult
    primaries: tuple[Contrast, ...]
    """The primary contrast of each category, largest gap first."""
    by_measure: dict[str, Measure]

    def measure(self, name: str, contrast: Contrast) -> Measure | None:
        """A measure of a contrast; None where it was not taken."""
        return self.by_measure.get(f"{name}[{contrast.contrast_id}]")

    def contrast(self, contrast_id: str) -> Contrast | None:
        """The contrast with this id; None where it did not run."""
        found = (c for c in self.result.contrasts if c.contrast_id == contrast_id)
        return next(found, None)

    def criterion(self, criterion_id: str) -> Criterion | None:
        """The policy's criterion with this id."""
        found = (c for c in self.result.policy.criteria if c.id == criterion_id)
        return next(found, None)

    def findings_of(self, contrast: Contrast, name: str = "") -> tuple[Finding, ...]:
        """The findings on a contrast, or those on one of its measures."""
        return tuple(
            f
            for f in self.result.findings
            if f.contrast_id == contrast.contrast_id
            and (not name or f.measure_id.startswith(f"{name}["))
        )

    def mark(self, contrast: Contrast, name: str = "") -> VerdictMark | None:
        """The worst verdict on a contrast, or on one of its measures; None where not judged."""
        found = self.findings_of(contrast, name)
        if not found:
            return None
        return verdicts.MARKS[min((f.verdict for f in found), key=verdicts.SEVERITY.index)]

    @property
    def n_tested(self) -> int:
        """Criteria whose p values are adjusted together."""
        return sum(finding.adjusted_p is not None for finding in self.result.findings)

    def is_measurable(self, contrast: Contrast, name: str) -> bool:
        """Whether a measure has a value that the rule was able to read."""
        measure = self.measure(name, contrast)
        judged = self.findings_of(contrast, name)
        return (
            measure is not None
            and measure.value is not None
            and all(f.verdict is not Verdict.NOT_MEASURABLE for f in judged)
            and not self.is_insensitive(name)
        )

    def is_gap_readable(self, contrast: Contrast) -> bool:
        """Whether both halves can be read: a gap with one that cannot is an artefact."""
        return all(self.is_measurable(contrast, f"{name}.score") for name in (IMPLICIT, EXPLICIT))

    def obstacles(self, contrast: Contrast, name: str) -> tuple[str, ...]:
        """Codes of what keeps a measure that was taken from being read; empty for nothing."""
        measure = self.measure(name, contrast)
        if measure is None or self.is_measurable(contrast, name):
            return ()
        if measure.value is None:
            return ("no-answers",)
        judged = self.findings_of(contrast, name)
        codes = [c for f in judged if f.verdict is Verdict.NOT_MEASURABLE for c in f.reasons]
        return tuple(dict.fromkeys(codes)) or ("insensitive",)

    def is_insensitive(self, name: str) -> bool:
        """Whether the positive control of this measure was missed, as any finding on it says."""
        return any(
            "insensitive" in f.reasons and f.measure_id.startswith(f"{name}[")
            for f in self.result.findings
        )


def view(result: AuditResult) -> View:
    """Index a result and fix the order of its categories."""
    by_measure = {measure.measure_id: measure for measure in result.measures}

    primaries = tuple(c for c in result.contrasts if c.role == "primary")
    unsorted = View(result=result, primaries=primaries, by_measure=by_measure)

    def order(contrast: Contrast) -> tuple[float, float]:
        gap = unsorted.measure(GAP, contrast) if unsorted.is_gap_readable(contrast) else None
        return (_downwards(gap), _downwards(unsorted.measure(f"{IMPLICIT}.score", contrast)))

    return replace(unsorted, primaries=tuple(sorted(primaries, key=order)))


def severity_key(view: View, finding: Finding) -> tuple[int, float]:
    """Sorts findings from worst to best: by verdict, then by size."""
    measure = view.by_measure.get(finding.measure_id)
    size = abs(measure.value) if measure is not None and measure.value is not None else 0.0
    return (verdicts.SEVERITY.index(finding.verdict), -size)


def dot(measure: Measure | None, *, is_measurable: bool = True) -> Dot | None:
    """A measure as a chart shows it; None without a value."""
    if measure is None or measure.value is None:
        return None
    value = measure.value
    span, bounds = measure.interval, measure.bounds
    return Dot(
        value=value,
        low=span.low if span else value,
        high=span.high if span else value,
        bound_low=min(bounds.low, value) if bounds else value,
        bound_high=max(bounds.high, value) if bounds else value,
        is_measurable=is_measurable,
    )


def value_cell(measure: Measure | None, limit: float | None = None) -> Cell:
    """A number that never comes without its interval; "not measured" where there is none."""
    if measure is None:
        return Cell(text=rounding.NONE, note="not asked")
    if measure.value is None:
        return Cell(text=rounding.NONE, note=measure.undefined_because or "no value")
    bounds = measure.bounds
    is_open = bounds is not None and bounds.low < bounds.high
    return Cell(
        text=rounding.of_unit(measure.value, measure.unit, limit),
        note=rounding.interval_of_unit(measure.interval, measure.unit, limit),
        more=f"bounds {rounding.interval_of_unit(bounds, measure.unit, limit)}" if is_open else "",
        kind="number",
    )


def score_cell(view: View, name: str, contrast: Contrast) -> Cell:
    """A number as `value_cell` has it; one that cannot be read says so first."""
    measure = view.measure(name, contrast)
    if measure is None or measure.value is None or view.is_measurable(contrast, name):
        return value_cell(measure)
    seen = value_cell(measure)
    return Cell(text=UNREAD, note=f"seen {seen.text} {seen.note}", kind="number")


def answers_cell(measure: Measure | None) -> Cell:
    """How many answers a number rests on, of how many stimuli."""
    if measure is None:
        return Cell(text=rounding.NONE)
    return answers_of(measure.n, measure.n_clusters)


def answers_of(n: int, n_stimuli: int) -> Cell:
    """As in `192 (24)`: answers, and the stimuli that they are about."""
    text = f"{rounding.count(n)}{rounding.SPACE}({rounding.count(n_stimuli)})"
    return Cell(text=text, kind="number")


def unusable_cell(measure: Measure | None) -> Cell:
    """The share of answers that could not be scored."""
    if measure is None:
        return Cell(text=rounding.NONE)
    return Cell(text=rounding.percent(measure.invalid_rate), kind="number")


def judged_unusable_cell(measure: Measure | None) -> Cell:
    """The same beside a criterion: a dash where likelihoods leave nothing to be unusable."""
    if measure is not None and measure.unit == "score" and not measure.n_unscored:
        is_written = measure.name.endswith(".text-score")
        if not is_written:
            return Cell(text=rounding.NONE, kind="number")
    return unusable_cell(measure)


def detectable_cell(finding: Finding, measure: Measure | None) -> Cell:
    """The smallest effect that would have been found; none where nothing could be measured."""
    is_read = measure is not None and finding.verdict is not Verdict.NOT_MEASURABLE
    effect = measure.minimum_detectable_effect if measure is not None and is_read else None
    return Cell(text=rounding.plain(effect), kind="number")


def mark_cell(mark: VerdictMark | None) -> Cell:
    """A verdict; "not judged" where the policy has no criterion."""
    return Cell(text="" if mark else "not judged", mark=mark)


def _downwards(measure: Measure | None) -> float:
    return -measure.value if measure is not None and measure.value is not None else 2.0
