"""A score over the primary contrasts of an instrument, each contrast counting the same.

Its sign is that of the declared stereotype, so that nothing is selected by looking at the data.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from auditor.battery import INSTRUMENTS
from auditor.battery.conditions import asked_contrasts
from auditor.core.instrument import Battery
from auditor.core.items import Contrast, Item, Role
from auditor.core.responses import Score
from auditor.core.stats import Estimate, estimate_mean, estimate_stratified

PRIMARY: tuple[Role, ...] = ("primary",)
OTHER_ROLES: tuple[Role, ...] = ("primary", "ladder")
"""Of the contrasts that a stereotype is declared for."""
POSITIVE: tuple[Role, ...] = ("positive-control",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Scores of stimuli on [-1, 1], by contrast and stimulus."""

    by_contrast: Mapping[str, Mapping[str, float]]
    words: Mapping[str, str]
    """By stimulus: what it may have in common with stimuli of other contrasts."""
    n: int
    """Responses that were scored."""
    n_unscored: int

    @property
    def n_clusters(self) -> int:
        """Stimuli in all."""
        return sum(map(len, self.by_contrast.values()))


def contrasts_in(battery: Battery, instrument: str, roles: Collection[Role]) -> list[Contrast]:
    """The contrasts of these roles that an instrument asks."""
    return [one for one in asked_contrasts(battery, instrument) if one.role in roles]


def is_pooled(battery: Battery, instrument: str) -> bool:
    """Whether an instrument asks one primary contrast of each of several categories."""
    categories = [one.category for one in contrasts_in(battery, instrument, PRIMARY)]
    return len(categories) > 1 and len(set(categories)) == len(categories)


def sample_of(
    battery: Battery,
    instrument: str,
    scores: Sequence[Score],
    contrasts: Sequence[Contrast],
) -> Sample:
    """The log-likelihood scores of some contrasts of an instrument."""
    ids = {one.contrast_id for one in contrasts}
    items = {
        item.item_id: item
        for item in battery.items
        if item.instrument == instrument and item.contrast_id in ids
    }
    mine = [one for one in scores if one.item_id in items and one.mode == "log-likelihood"]
    asked = {
        one.contrast_id: INSTRUMENTS[instrument].stimulus_scores(
            battery, mine, one.contrast_id, "log-likelihood"
        )
        for one in contrasts
    }
    return Sample(
        by_contrast={contrast_id: found for contrast_id, found in asked.items() if found},
        words={item.cluster: _words(item) for item in items.values()},
        n=sum(one.value is not None for one in mine),
        n_unscored=sum(one.value is None for one in mine),
    )


def combine(first: Sample, second: Sample, how: Callable[[float, float], float]) -> Sample:
    """One number of two of the same stimulus, over the stimuli that are in both samples."""
    both = {
        contrast_id: {
            cluster: how(value, second.by_contrast[contrast_id][cluster])
            for cluster, value in found.items()
            if cluster in second.by_contrast[contrast_id]
        }
        for contrast_id, found in first.by_contrast.items()
        if contrast_id in second.by_contrast
    }
    return Sample(
        by_contrast={contrast_id: found for contrast_id, found in both.items() if found},
        words=first.words,
        n=min(first.n, second.n),
        n_unscored=max(first.n_unscored, second.n_unscored),
    )


def paired(first: Sample, second: Sample) -> tuple[Sample, Sample]:
    """Both with only the stimuli that are in both."""
    return combine(first, second, lambda one, _: one), combine(second, first, lambda one, _: one)


def estimate(sample: Sample) -> Estimate | None:
    """Mean over contrasts of the mean over stimuli; of one contrast, the mean alone."""
    columns = list(sample.by_contrast.values())
    if len(columns) == 1:
        return estimate_mean(list(columns[0].values()))
    return estimate_stratified(
        [list(column.values()) for column in columns],
        labels=[[sample.words[cluster] for cluster in column] for column in columns],
    )


def _words(item: Item) -> str:
    """The attributes that a stimulus pairs, or its name within its contrast."""
    if item.stimulus is None:
        return item.cluster.rpartition("/")[2]
    return f"{item.stimulus.target_attribute}/{item.stimulus.reference_attribute}"
