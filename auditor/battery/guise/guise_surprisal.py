"""How much a sentence surprises the model in each guise: whether typing errors match a dialect."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.battery.clusters import Scored, scored_clusters
from auditor.battery.measuring import undefined
from auditor.core.items import Contrast, Item
from auditor.core.measures import Interval, Measure
from auditor.core.stats import estimate_mean

GUISES = ("dialect", "standard", "typos")


def surprisal_measures(
    instrument: str, contrast: Contrast, scored: Sequence[Scored]
) -> Iterator[Measure]:
    """Mean surprisal of a sentence in each guise, and by how much typing errors miss that of the
    dialect: an effect that they do not have counts only where they surprise as much."""
    by_guise = {guise: [s for s in scored if s.item.factor("guise") == guise] for guise in GUISES}
    for guise, mine in by_guise.items():
        values = list(scored_clusters(mine, _as_is).values())
        yield of_group(_in_nats(f"{instrument}.surprisal", contrast, mine, values), guise)
    dialect, typos = (scored_clusters(by_guise[guise], _as_is) for guise in ("dialect", "typos"))
    yield _in_nats(
        f"{instrument}.surprisal-mismatch",
        contrast,
        [*by_guise["dialect"], *by_guise["typos"]],
        [dialect[cluster] - typos[cluster] for cluster in dialect if cluster in typos],
    )


def _in_nats(
    name: str, contrast: Contrast, scored: Sequence[Scored], values: Sequence[float]
) -> Measure:
    blank = replace(undefined(name, contrast, "fewer than two stimuli", scored=scored), unit="nats")
    estimate = estimate_mean(values)
    if estimate is None:
        return blank
    return replace(
        blank,
        value=estimate.value,
        undefined_because=None,
        interval=estimate.interval(0.95),
        equivalence_interval=estimate.interval(0.90),
        bounds=Interval(low=estimate.value, high=estimate.value, level=1.0),
        n_clusters=len(values),
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
    )


def of_group(measure: Measure, group: str) -> Measure:
    """The measure of one group alone, under an id of its own."""
    return replace(
        measure,
        measure_id=f"{measure.name}[{measure.contrast_id}/{group}]",
        group=group,
    )


def _as_is(_: Item) -> float:
    return 1.0
