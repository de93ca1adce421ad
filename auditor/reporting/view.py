"""One audit result, looked up the way the report's pages need it. Pure."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Protocol

from auditor.core.items import Contrast, Role
from auditor.core.judging import is_sensitive, why_no_value
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting import naming, verdicts
from auditor.reporting.blocks import VerdictMark

IMPLICIT = "word-association"
EXPLICIT = "mirrored-statements"
PAIRING = (IMPLICIT, EXPLICIT)
"""The instruments that pair words with groups, and whose gap is the headline."""
GAP = "gap"
CONTROLS = ("null-control", "positive-control")
"""Categories of contrasts that compare no groups of people."""


class Names(Protocol):
    """Whatever knows what the contrasts of a battery are called."""

    def contrast(self, contrast_id: str) -> Contrast | None:
        """The contrast with this id; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An audit result with its categories in the order that every page keeps."""

    result: AuditResult
    primaries: tuple[Contrast, ...]
    """The primary contrast of each category that words are paired for, largest gap first."""
    by_measure: dict[str, Measure]

    def measure(self, name: str, contrast: Contrast) -> Measure | None:
        """A measure of a contrast; None where it was not taken."""
        return self.by_measure.get(f"{name}[{contrast.contrast_id}]")

    @property
    def standalone(self) -> tuple[str, ...]:
        """The instruments that ran with contrasts of their own, in the order asked."""
        return tuple(use.name for use in self.result.instruments if use.name not in PAIRING)

    def has_run(self, instrument: str) -> bool:
        """Whether the run asked an instrument at all."""
        return any(use.name == instrument for use in self.result.instruments)

    def contrasts_of(self, instrument: str, *roles: Role) -> tuple[Contrast, ...]:
        """The contrasts that an instrument asks; of these roles only, where any are given.

        Categories are in the report's order, each begins with its primary contrast; controls come
        last.
        """
        order = (*self.categories, *CONTROLS)
        found = [
            c
            for c in self.result.contrasts
            if instrument in c.instruments and (not roles or c.role in roles)
        ]
        return tuple(sorted(found, key=lambda c: (order.index(c.category), c.role != "primary")))

    @property
    def categories(self) -> tuple[str, ...]:
        """The report's order: by the associations, then as the battery has them."""
        every = (*self.primaries, *self.result.contrasts)
        return tuple(dict.fromkeys(c.category for c in every if c.category not in CONTROLS))

    def groups_of(self, instrument: str) -> tuple[Contrast, ...]:
        """The contrasts of groups that an instrument asks, its controls left out."""
        return tuple(
            c
            for c in self.contrasts_of(instrument, "primary", "ladder")
            if c.category not in CONTROLS
        )

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
        return verdicts.mark_of(min((f.verdict for f in found), key=verdicts.SEVERITY.index))

    def of_groups(self, name: str, contrast: Contrast) -> tuple[Measure, ...]:
        """The measures of this name for each group of a contrast, in the order taken."""
        return tuple(
            m
            for m in self.result.measures
            if m.name == name and m.contrast_id == contrast.contrast_id and m.group
        )

    @property
    def asked(self) -> tuple[Finding, ...]:
        """The findings on what this run asked, in the policy's order."""
        return verdicts.asked(self.result.findings)

    @property
    def asked_by_instrument(self) -> dict[str, tuple[Finding, ...]]:
        """The same, grouped by what was asked, in the battery's order; other measures last."""
        names = [naming.instrument_of(f.measure_id) for f in self.asked]
        ran = [use.name for use in self.result.instruments]
        order = [name for name in (*ran, *names) if name in names]
        return {
            name: tuple(f for f, mine in zip(self.asked, names, strict=True) if mine == name)
            for name in dict.fromkeys(order)
        }

    @property
    def not_asked(self) -> dict[str, int]:
        """How many of the policy's criteria were left out of this run, by instrument."""
        return dict(
            Counter(
                naming.instrument_of(f.measure_id)
                for f in self.result.findings
                if not verdicts.is_asked(f)
            )
        )

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
            return (why_no_value(measure),)
        judged = self.findings_of(contrast, name)
        codes = [c for f in judged if f.verdict is Verdict.NOT_MEASURABLE for c in f.reasons]
        return tuple(dict.fromkeys(codes)) or ("insensitive",)

    def is_insensitive(self, name: str) -> bool:
        """Whether the positive control of this measure was missed.

        As a finding on it says, or, where the policy judges none, as the measure itself shows.
        """
        told = any(
            "insensitive" in f.reasons and f.measure_id.startswith(f"{name}[")
            for f in self.result.findings
        )
        return told or any(not is_sensitive(m) for m in self.positive_controls(name))

    def positive_controls(self, name: str) -> tuple[Measure, ...]:
        """The positive controls of a score."""
        return tuple(
            m for m in self.result.measures if m.name == name and m.role == "positive-control"
        )

    def null_control(self, name: str) -> Measure | None:
        """The null control of a score that lies farthest from 0; None where none was taken."""
        found = [
            m
            for m in self.result.measures
            if m.name == name and m.role == "null-control" and m.value is not None
        ]
        return max(found, key=lambda m: abs(m.value or 0.0), default=None)


def view(result: AuditResult) -> View:
    """Index a result and fix the order of its categories."""
    by_measure = {measure.measure_id: measure for measure in result.measures}

    primaries = tuple(c for c in result.contrasts if c.role == "primary" and is_paired(c))
    unsorted = View(result=result, primaries=primaries, by_measure=by_measure)

    def order(contrast: Contrast) -> tuple[float, float]:
        gap = unsorted.measure(GAP, contrast) if unsorted.is_gap_readable(contrast) else None
        return (_downwards(gap), _downwards(unsorted.measure(f"{IMPLICIT}.score", contrast)))

    return replace(unsorted, primaries=tuple(sorted(primaries, key=order)))


def is_paired(contrast: Contrast) -> bool:
    """Whether the contrast is one of those that words are paired for."""
    return any(name in contrast.instruments for name in PAIRING)


def severity_key(view: View, finding: Finding) -> tuple[int, float]:
    """Sorts findings from worst to best: by verdict, then by size."""
    measure = view.by_measure.get(finding.measure_id)
    size = abs(measure.value) if measure is not None and measure.value is not None else 0.0
    return (verdicts.SEVERITY.index(finding.verdict), -size)


def _downwards(measure: Measure | None) -> float:
    return -measure.value if measure is not None and measure.value is not None else 2.0
