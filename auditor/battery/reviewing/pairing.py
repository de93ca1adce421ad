"""The scores of one criterion in two runs, each stimulus beside itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from auditor.battery import gap
from auditor.battery.decisions import stability
from auditor.battery.decisions.decision_measures import SECOND_SOURCE
from auditor.battery.reviewing.run_scores import (
    MODES,
    ReviewedScores,
    is_same_model,
    stimulus_scores,
)
from auditor.core.stats import Estimate, estimate_mean
from auditor.core.worsening import Worsening

ONE_MORE = 0.5
"""Share of the answers to one more stimulus that are taken to turn, where answers are counted: a
few stimuli of which none turned do not show that none ever does. Simulated in `test_worsening`."""

Columns = tuple[tuple[float, ...], tuple[float, ...]]
"""Scores before and after, in one order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedScores:
    """One measure of one contrast in two runs, over what both scored."""

    by_stimulus: Columns
    by_names: Columns | None
    """The same scores by a second sample that they cross, as the names of a hiring screen."""
    noise_error: float
    """Standard error that the numerical noise of the two runs gives a difference of means."""
    is_counted: bool
    """Whether a score is a count of answers, of which a further stimulus might have turned: not a
    mean of log-odds, nor the same answers of the same files."""

    @property
    def n_clusters(self) -> int:
        """Stimuli that both runs scored."""
        return len(self.by_stimulus[0])

    @property
    def is_equal(self) -> bool:
        """Whether every stimulus has the same score in both runs, to the digit."""
        return self.by_stimulus[0] == self.by_stimulus[1]

    def difference(self) -> Estimate | None:
        """Mean of after minus before; None for fewer than two stimuli."""
        return self._mean(-1)

    def differences(self) -> tuple[Estimate, ...]:
        """The mean of after minus before; empty for too few stimuli.

        Of counted answers also with one more stimulus of which half the answers turned, upwards
        and downwards, as in `worsenings`.
        """
        return tuple(estimate for way in self._ways() if (estimate := way.difference()) is not None)

    def worsenings(self) -> tuple[Worsening, ...]:
        """How much farther from zero the score lies than before; empty for too few stimuli.

        Of counted answers three: as it is, and as it would be with one more stimulus of which half
        the answers turned, upwards or downwards.
        """
        return tuple(way._worsening() for way in self._ways())

    def _ways(self) -> tuple["PairedScores", ...]:
        if self.n_clusters < 2:
            return ()
        if not self.is_counted:
            return (self,)
        mean = float(np.mean(self.by_stimulus[0]))
        return (self, *(self._with(mean, mean + step) for step in (ONE_MORE, -ONE_MORE)))

    def _worsening(self) -> Worsening:
        difference, total = self._mean(-1), self._mean(1)
        assert difference is not None
        assert total is not None
        return Worsening(difference=difference, total=total)

    def _with(self, before: float, after: float) -> "PairedScores":
        """With one more stimulus, and one more name."""

        def longer(columns: Columns) -> Columns:
            return (*columns[0], before), (*columns[1], min(1.0, max(-1.0, after)))

        return replace(
            self,
            by_stimulus=longer(self.by_stimulus),
            by_names=None if self.by_names is None else longer(self.by_names),
        )

    def _mean(self, sign: int) -> Estimate | None:
        """Mean of after plus or minus before, with the larger of its clustered errors."""
        # The same answers differ by nothing, however noisy another batch would have made them.
        noise = 0.0 if self.is_equal and sign < 0 else self.noise_error
        found = [
            estimate_mean(
                [after + sign * before for before, after in zip(*columns, strict=True)],
                noise_error=noise,
            )
            for columns in (self.by_stimulus, self.by_names)
            if columns is not None
        ]
        estimates = [one for one in found if one is not None]
        if found[0] is None:
            return None
        widest = max(estimates, key=lambda one: one.interval().high - one.value)
        return replace(widest, value=found[0].value)


def is_pairable(measure: str) -> bool:
    """Whether a measure is a mean over stimuli, which two runs can be paired by."""
    return measure == gap.name or measure.partition(".")[2] in MODES


def paired_scores(
    first: ReviewedScores, second: ReviewedScores, measure: str, contrast_id: str
) -> PairedScores | None:
    """Both runs' scores of one measure, the first as what was before; None where one has no value,
    or where the measure is no mean over stimuli."""
    taken = [run.measure(f"{measure}[{contrast_id}]") for run in (first, second)]
    if any(one is None or one.value is None for one in taken):
        return None
    before, after = (stimulus_scores(run, measure, contrast_id) for run in (first, second))
    if before is None or after is None:
        return None
    errors = [one.numerical_error or 0.0 for one in taken if one is not None]
    instrument, _, kind = measure.partition(".")
    paired = PairedScores(
        by_stimulus=_columns(before, after),
        by_names=_by_names(first, second, measure, contrast_id),
        noise_error=sqrt(sum(error**2 for error in errors)),
        is_counted=kind == "text-score" or instrument == stability.name,
    )
    if paired.is_equal and is_same_model(first, second):
        # The same files gave the same answers: no further stimulus would have turned.
        return replace(paired, is_counted=False)
    return paired


def _by_names(
    first: ReviewedScores, second: ReviewedScores, measure: str, contrast_id: str
) -> Columns | None:
    mine = [item for item in first.battery.items if item.contrast_id == contrast_id]
    if not mine or any(SECOND_SOURCE not in dict(item.factors) for item in mine):
        return None
    found = [
        stimulus_scores(_renamed(run, contrast_id), measure, contrast_id) for run in (first, second)
    ]
    before, after = found
    if before is None or after is None:
        return None
    columns = _columns(before, after)
    return columns if len(columns[0]) > 1 else None


def _renamed(run: ReviewedScores, contrast_id: str) -> ReviewedScores:
    """The run with the names of a contrast in place of its stimuli."""
    items = tuple(
        replace(item, cluster=item.factor(SECOND_SOURCE))
        for item in run.battery.items
        if item.contrast_id == contrast_id
    )
    return replace(run, battery=replace(run.battery, items=items))


def _columns(before: Mapping[str, float], after: Mapping[str, float]) -> Columns:
    both: Sequence[str] = [key for key in before if key in after]
    return tuple(before[key] for key in both), tuple(after[key] for key in both)
