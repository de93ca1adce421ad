"""What the pages of a comparison are written from. Pure."""

from dataclasses import dataclass

from auditor.core.comparison import Comparison, PairReview
from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.review import Change
from auditor.core.runs import RunRecord
from auditor.reporting import naming
from auditor.reporting.cleaning import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A comparison with the words that its numbers are about."""

    comparison: Comparison
    records: tuple[RunRecord, ...]
    """Of each model."""
    contrasts: tuple[Contrast, ...]
    findings: tuple[Finding, ...]
    """Of the first model: the criteria, in the policy's order."""
    measures: tuple[Measure, ...]
    policy: Policy
    """By which every model is judged here."""

    def contrast(self, contrast_id: str) -> Contrast | None:
        """The contrast with this id; None where it was not asked."""
        found = (one for one in self.contrasts if one.contrast_id == contrast_id)
        return next(found, None)

    def unit(self, measure_id: str) -> str:
        """In which a measure is told."""
        found = (one.unit for one in self.measures if one.measure_id == measure_id)
        return next(found, "score")

    @property
    def n(self) -> int:
        """Models."""
        return len(self.records)

    def name(self, place: int) -> str:
        """What a model is called: by the user, else by its file."""
        label = clean_line(self.comparison.compared[place].label)
        return label or naming.model_name(self.records[place].model)


def asked_changes(pair: PairReview) -> tuple[Change, ...]:
    """The criteria of a pair that either run asked: a policy speaks of more than one test."""
    return tuple(
        one for one in pair.review.changes if one.before is not None or one.after is not None
    )
