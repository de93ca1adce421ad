"""How far two variants of one network lie apart on the questions that both were asked.

A difference of template or of tokenizer is the commonest false effect of a quantisation: nothing is
computed unless both runs say that their models read the same token ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, isfinite, log

from auditor.battery.fix.effects import effect_of, share_effect
from auditor.battery.reviewing.agreements import pairs_of
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.comparison import AnswerDistance, PairDistance, Ungrounded
from auditor.core.items import Item
from auditor.core.responses import Response
from auditor.core.runs import RunRecord
from auditor.core.stats import cluster_means, estimate_ratio

Answered = Mapping[str, tuple[float, ...]]
"""Log-likelihoods of an item's continuations, by item."""


def pair_distances(
    runs: Sequence[ReviewedScores], responses: Sequence[Iterable[Response]]
) -> tuple[PairDistance, ...]:
    """Every pair of models, or why there is no number for it."""
    answered = [log_likelihoods(each) for each in responses]
    return tuple(
        PairDistance(
            first=first,
            second=second,
            missing_because=because,
            distances=()
            if because
            else distances(runs[first].battery.items, answered[first], answered[second]),
        )
        for first, second in pairs_of(len(runs))
        for because in (ungrounded(runs[first].record, runs[second].record),)
    )


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
    """Over all items that both answered, then in each instrument."""
    shared = [item for item in items if item.item_id in first and item.item_id in second]
    names = list(dict.fromkeys(item.instrument for item in shared))
    return tuple(
        _distance(name, [one for one in shared if name in ("", one.instrument)], first, second)
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


def log_likelihoods(responses: Iterable[Response]) -> dict[str, tuple[float, ...]]:
    """The finite ones of an audit, by item; repetitions for the noise are left out."""
    return {
        one.item_id: one.log_likelihoods
        for one in responses
        if one.log_likelihoods is not None
        and one.purpose == "audit"
        and all(map(isfinite, one.log_likelihoods))
    }


def _distance(
    instrument: str, items: Sequence[Item], first: Answered, second: Answered
) -> AnswerDistance:
    nats = [divergence(first[item.item_id], second[item.item_id]) for item in items]
    clusters = [f"{item.instrument}/{item.cluster}" for item in items]
    sizes = list(map(float, Counter(clusters).values()))
    means = cluster_means(nats, clusters).values()
    totals = [mean * size for mean, size in zip(means, sizes, strict=True)]
    flipped = [
        preferred(item, first[item.item_id]) != preferred(item, second[item.item_id])
        for item in items
    ]
    return AnswerDistance(
        instrument=instrument,
        divergence=effect_of(
            estimate_ratio(totals, sizes),
            n=len(items),
            n_clusters=len(sizes),
            within=(0.0, float("inf")),
        ),
        flips=share_effect(list(zip(clusters, flipped, strict=True))),
    )


def _log_shares(values: Sequence[float]) -> list[float]:
    largest = max(values)
    total = log(sum(exp(value - largest) for value in values)) + largest
    return [value - total for value in values]
