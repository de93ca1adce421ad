"""How far two variants of one network lie apart on the questions that both were asked.

A difference of template or of tokenizer is the commonest false effect of a quantisation: nothing is
computed unless both runs say that their models read the same token ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import exp, isfinite, log

from auditor.battery.fix.effects import effect_of, share_effect, undefined
from auditor.battery.reviewing.agreements import pairs_of
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.comparison import AnswerDistance, PairDistance, Ungrounded
from auditor.core.items import Item
from auditor.core.responses import Response
from auditor.core.runs import RunRecord
from auditor.core.stats import cluster_means, estimate_ratio

NOTHING_SHARED = "no item has likelihoods in both runs"
Answered = Mapping[str, tuple[float, ...] | None]
"""Log-likelihoods of an item's continuations, by item that was asked; None: none that is finite."""


def pair_distances(
    runs: Sequence[ReviewedScores], responses: Sequence[Iterable[Response]]
) -> tuple[PairDistance, ...]:
    """Every pair of models, or why there is no number for it."""
    answered = [log_likelihoods(each) for each in responses]
    return tuple(
        _pair(first, second, runs, (answered[first], answered[second]))
        for first, second in pairs_of(len(runs))
    )


def _pair(
    first: int, second: int, runs: Sequence[ReviewedScores], answered: tuple[Answered, Answered]
) -> PairDistance:
    because = ungrounded(runs[first].record, runs[second].record)
    found = () if because else distances(runs[first].battery.items, *answered)
    if because is None and not (found and found[0].flips.n):
        because, found = "no-likelihoods", ()
    return PairDistance(first=first, second=second, missing_because=because, distances=found)


def ungrounded(first: RunRecord, second: RunRecord) -> Ungrounded | None:
    """Why two runs' answers have no distance; None where they have one."""
    shape = [
        (one.architecture, one.n_parameters, one.tokenizer_sha256, one.chat_template_sha256)
        for one in (first.model, second.model)
    ]
    if shape[0] != shape[1] or any(run.model.is_declared for run in (first, second)):
        return "other-model"
    tokens = (first.token_ids_sha256, second.token_ids_sha256)
    if None in tokens:
        return "tokens-unknown"
    return None if tokens[0] == tokens[1] else "tokens-differ"


def distances(
    items: Sequence[Item], first: Answered, second: Answered
) -> tuple[AnswerDistance, ...]:
    """Over all items that either was asked, then in each instrument."""
    asked = [item for item in items if item.item_id in first or item.item_id in second]
    names = list(dict.fromkeys(item.instrument for item in asked))
    return tuple(
        _distance(name, [one for one in asked if name in ("", one.instrument)], first, second)
        for name in (["", *names] if names else [])
    )


def divergence(first: Sequence[float], second: Sequence[float]) -> float:
    """KL(P || Q) in nats of two items' continuations, each a softmax of its log-likelihoods."""
    p, q = _log_shares(first), _log_shares(second)
    # Rounding can leave equal distributions a hair below 0.
    return max(0.0, sum(exp(one) * (one - other) for one, other in zip(p, q, strict=True)))


def preferred(item: Item, values: Sequence[float]) -> frozenset[str]:
    """What the likeliest continuation counts for; several where they are exactly as likely.

    Written forms of one answer are added up, so that `Yes` in the place of `yes` is no change.
    """
    totals: dict[str, float] = {}
    codes = item.answers or item.continuations
    for code, value in zip(codes, _log_shares(values), strict=True):
        totals[code] = totals.get(code, 0.0) + exp(value)
    largest = max(totals.values())
    return frozenset(code for code, total in totals.items() if total == largest)


def log_likelihoods(responses: Iterable[Response]) -> dict[str, tuple[float, ...] | None]:
    """Those of an audit, by item, None where one is not finite; repetitions for the noise are left
    out."""
    return {
        one.item_id: values if values and all(map(isfinite, values)) else None
        for one in responses
        if one.mode == "log-likelihood" and one.purpose == "audit"
        for values in (one.log_likelihoods,)
    }


def _distance(
    instrument: str, items: Sequence[Item], first: Answered, second: Answered
) -> AnswerDistance:
    shared = [
        (item, one, other)
        for item in items
        if (one := first.get(item.item_id)) and (other := second.get(item.item_id))
    ]
    n_unscored = len(items) - len(shared)
    if not shared:
        nothing = undefined(NOTHING_SHARED, n_unscored=n_unscored)
        return AnswerDistance(instrument=instrument, divergence=nothing, flips=nothing)
    nats = [divergence(one, other) for _, one, other in shared]
    clusters = [f"{item.instrument}/{item.cluster}" for item, _, _ in shared]
    sizes = list(map(float, Counter(clusters).values()))
    means = cluster_means(nats, clusters).values()
    totals = [mean * size for mean, size in zip(means, sizes, strict=True)]
    flipped = [preferred(item, one) != preferred(item, other) for item, one, other in shared]
    return AnswerDistance(
        instrument=instrument,
        divergence=effect_of(
            estimate_ratio(totals, sizes),
            n=len(shared),
            n_clusters=len(sizes),
            n_unscored=n_unscored,
            within=(0.0, float("inf")),
        ),
        flips=replace(
            share_effect(list(zip(clusters, flipped, strict=True))), n_unscored=n_unscored
        ),
    )


def _log_shares(values: Sequence[float]) -> list[float]:
    largest = max(values)
    total = log(sum(exp(value - largest) for value in values)) + largest
    return [value - total for value in values]
