"""Measures of matched guise: score, excess over typing errors, text and surprisal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from auditor.battery import clusters
from auditor.battery.clusters import (
    Scored,
    by_mode,
    in_order_rate,
    is_valid,
    items_of,
    mean_score,
    paired,
    scored_clusters,
)
from auditor.battery.guise.guise_answers import UNFAVOURABLE
from auditor.battery.guise.guise_items import UNFAVOURABLE_FIRST
from auditor.battery.guise.guise_surprisal import of_group, surprisal_measures
from auditor.battery.measuring import (
    Pulls,
    difference_measure,
    each_contrast,
    label_rates,
    log_odds_measure,
    noise_error,
    rate_measure,
    text_measure,
)
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast, Item, Mode
from auditor.core.measures import Measure
from auditor.core.responses import Score

MARKED = frozenset({"dialect", "typos", "unfavourable"})
"""Guises whose speakers an effect above 0 puts at a disadvantage; the others are what they are
compared with."""


def sign(item: Item) -> float:
    """+1 for the guise in question, -1 for the one that it is compared with."""
    return 1.0 if item.factor("guise") in MARKED else -1.0


def twice(item: Item) -> float:
    """Twice the sign: half of a pair's items are in each guise, so that the mean is ℓ in the one
    minus ℓ in the other."""
    return 2 * sign(item)


def all_measures(
    instrument: str, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> tuple[Measure, ...]:
    """Each contrast's own measures, then the excess over typing errors."""
    return (
        *each_contrast(
            battery,
            instrument,
            scores,
            from_likelihoods=partial(_from_likelihoods, instrument=instrument, noise=noise),
            from_text=partial(_from_text, instrument=instrument),
        ),
        *excess_measures(instrument, battery, scores, noise),
    )


def stimulus_scores(
    instrument: str, battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode
) -> dict[str, float]:
    """The score of each pair of sentences of a contrast, by cluster."""
    mine = items_of(battery, instrument, contrast_id)
    if _facet(mine) == "surprisal":
        return {}
    scored = paired(mine, by_mode(scores)[mode])
    if mode == "text":
        return clusters.text_clusters(scored, sign)
    values = scored_clusters(_in_both_guises(scored), twice)
    return {cluster: clusters.to_score(log_odds) for cluster, log_odds in values.items()}


def excess_measures(
    instrument: str, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> tuple[Measure, ...]:
    """Effect of the dialect minus effect of typing errors, paired by sentence, for each facet
    that is asked of both: what is left when any unusual text would have done as much."""
    asked = contrasts_by_guise(battery, instrument)
    return tuple(
        _excess(instrument, battery, scores, noise, (contrast, asked["typos", facet]))
        for (guise, facet), contrast in asked.items()
        if guise == "dialect" and ("typos", facet) in asked
    )


def contrasts_by_guise(battery: Battery, instrument: str) -> dict[tuple[str, str], Contrast]:
    """Contrasts of one guise with standard, by that guise and the facet."""
    found: dict[tuple[str, str], Contrast] = {}
    for contrast in battery.contrasts:
        mine = items_of(battery, instrument, contrast.contrast_id)
        guises = {item.factor("guise") for item in mine} - {"standard"}
        if len(guises) == 1:
            found[guises.pop(), _facet(mine)] = contrast
    return found


def _excess(
    instrument: str,
    battery: Battery,
    scores: Sequence[Score],
    noise: NumericalNoise | None,
    compared: tuple[Contrast, Contrast],
) -> Measure:
    dialect, typos = (
        {
            cluster.removeprefix(f"{contrast.contrast_id}/"): value
            for cluster, value in stimulus_scores(
                instrument, battery, scores, contrast.contrast_id, "log-likelihood"
            ).items()
        }
        for contrast in compared
    )
    error = noise_error(list(dialect.values()), noise)
    name = f"{instrument}.score"
    measure = difference_measure(
        f"{instrument}.excess",
        compared[0],
        dialect,
        typos,
        parts=(name, name),
        # Two noisy scores, each with this error.
        numerical_error=error * 2**0.5 if error is not None else None,
    )
    answers = [
        scored
        for contrast in compared
        for scored in paired(
            items_of(battery, instrument, contrast.contrast_id), by_mode(scores)["log-likelihood"]
        )
    ]
    n = sum(map(is_valid, answers))
    # Both parts are the same measure, of two contrasts.
    return replace(measure, parts=(name,), n=n, n_unscored=len(answers) - n)


def _from_likelihoods(
    contrast: Contrast,
    scored: Sequence[Scored],
    *,
    instrument: str,
    noise: NumericalNoise | None,
) -> list[Measure]:
    if not scored:
        return []
    if _facet([s.item for s in scored]) == "surprisal":
        return list(surprisal_measures(instrument, contrast, scored))
    pulls = Pulls(position_bias_rate=in_order_rate(scored))
    if pulls.position_bias_rate is not None:
        pulls = replace(pulls, position_effect=mean_score(scored, _towards_listed_order))
    return [
        log_odds_measure(
            f"{instrument}.{_score_name(contrast, scored)}",
            contrast,
            _in_both_guises(scored),
            signs=twice,
            pulls=pulls,
            noise=noise,
        )
    ]


def _from_text(contrast: Contrast, scored: Sequence[Scored], *, instrument: str) -> list[Measure]:
    if not scored:
        return []
    pulls = Pulls(position_bias_rate=in_order_rate(scored))
    return [
        text_measure(f"{instrument}.text-score", contrast, scored, signs=sign, pulls=pulls),
        *label_rates(instrument, contrast, scored, ("invalid",)),
        *_unfavourable_rates(instrument, contrast, scored),
    ]


def _unfavourable_rates(
    instrument: str, contrast: Contrast, scored: Sequence[Scored]
) -> Iterator[Measure]:
    """Share of unfavourable answers among all, in each guise alone."""
    for guise in dict.fromkeys(s.item.factor("guise") for s in scored):
        mine = [s for s in scored if s.item.factor("guise") == guise]
        rate = rate_measure(
            f"{instrument}.unfavourable-rate",
            contrast,
            mine,
            lambda s: s.score.label == UNFAVOURABLE,
        )
        yield of_group(rate, guise)


def _score_name(contrast: Contrast, scored: Sequence[Scored]) -> str:
    """The control of written verdicts must not decide whether traits can be measured: the judge
    asks that every positive control of a measure be seen."""
    is_control = contrast.role == "positive-control"
    return (
        "verdict-control"
        if is_control and _facet([s.item for s in scored]) == "verdict"
        else ("score")
    )


def _in_both_guises(scored: Sequence[Scored]) -> list[Scored]:
    """Where one guise of a question has no value, its other one has none either: a mean over what
    is left would compare unlike questions."""
    missing = {_question(s) for s in scored if not is_valid(s)}
    return [
        replace(
            s, score=replace(s.score, value=None, unscored_because="other-guise", label="invalid")
        )
        if is_valid(s) and _question(s) in missing
        else s
        for s in scored
    ]


def _question(scored: Scored) -> tuple[str, ...]:
    others = (level for name, level in scored.item.factors if name != "guise")
    return (scored.item.cluster, *others)


def _towards_listed_order(item: Item) -> float:
    return 1.0 if item.factor("options") == UNFAVOURABLE_FIRST else -1.0


def _facet(items: Sequence[Item]) -> str:
    return items[0].factor("facet") if items else ""
