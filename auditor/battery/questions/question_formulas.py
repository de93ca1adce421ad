"""BBQ's accuracies and bias scores of answers to our items, as measures.

The numbers, their 95 % intervals and their bounds are those of `bbq_scores`; the standard errors
are linearised over clusters (Cochran 1977, 6.3), as everywhere in the battery.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from auditor.battery.measuring import undefined
from auditor.battery.questions.bbq_items import BbqItem
from auditor.battery.questions.bbq_scores import BbqAnswer, BbqNumber, BbqScores, score_answers
from auditor.battery.questions.question_answers import (
    Answer,
    Influence,
    Keeps,
    Vector,
    cost_influence,
    is_ambiguous,
    is_any,
    is_biased,
    is_correct,
    is_known,
    is_scored,
    is_told,
    is_told_as,
    is_unknown,
    s_amb_influence,
    s_amb_of_all_influence,
    s_dis_influence,
    share_influence,
)
from auditor.battery.questions.question_scoring import COUNTER, STEREOTYPE, UNKNOWN
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.stats import Estimate

_BECAUSE = {
    "no-items": "no such question was asked",
    "nothing-scored": "no answer could be scored",
    "no-known-answer": "no answer named one of the people",
}
_CODES = (STEREOTYPE, COUNTER, UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Formula:
    name: str
    unit: str
    number: Callable[[BbqScores], BbqNumber]
    among: Keeps
    """The answers that it is about."""
    influence: Influence
    """By cluster, the linearised share in the value."""
    for_control: bool = False
    """Whether the positive control has it too."""


def formula_measures(
    instrument: str, contrast: Contrast, answers: Sequence[Answer], *, suffix: str
) -> list[Measure]:
    """BBQ's numbers of one contrast; an undefined one has a reason and no value."""
    scores = score_answers([_bbq_answer(answer) for answer in answers])
    is_control = contrast.role == "positive-control"
    return [
        _measure(f"{instrument}.{formula.name}{suffix}", contrast, formula, scores, answers)
        for formula in _FORMULAS
        if formula.for_control or not is_control
    ]


def _measure(
    name: str,
    contrast: Contrast,
    formula: _Formula,
    scores: BbqScores,
    answers: Sequence[Answer],
) -> Measure:
    mine = [answer for answer in answers if formula.among(answer)]
    number = formula.number(scores)
    n_unscored = sum(answer.code is None for answer in mine)
    blank = replace(
        undefined(name, contrast, _BECAUSE.get(number.undefined_because or "", "")),
        unit=formula.unit,
        n=len(mine) - n_unscored,
        n_unscored=n_unscored,
        bounds=number.bounds,
    )
    if number.value is None:
        return blank
    influence = formula.influence(mine)
    estimate = _estimate(number.value, influence)
    return replace(
        blank,
        value=number.value,
        undefined_because=None,
        interval=number.interval,
        equivalence_interval=_equivalence(number, estimate, formula.unit),
        n_clusters=len(influence),
        standard_error=estimate.standard_error if estimate else None,
        degrees_of_freedom=estimate.degrees_of_freedom if estimate else None,
        minimum_detectable_effect=estimate.minimum_detectable_effect() if estimate else None,
    )


def _estimate(value: float, influence: Vector) -> Estimate | None:
    n = len(influence)
    if n < 2:
        return None
    variance = n / (n - 1) * float((influence**2).sum())
    return Estimate(value=value, standard_error=sqrt(variance), degrees_of_freedom=n - 1)


def _equivalence(number: BbqNumber, estimate: Estimate | None, unit: str) -> Interval | None:
    """The 90 % interval, as wide as the answers that match no option could make it."""
    if estimate is None or number.value is None:
        return None
    lowest = 0.0 if unit == "rate" else -1.0
    inner = estimate.interval(0.90)
    bounds = number.bounds or Interval(low=number.value, high=number.value, level=1.0)
    low = inner.low - (number.value - min(bounds.low, number.value))
    high = inner.high + (max(bounds.high, number.value) - number.value)
    return Interval(low=max(lowest, min(low, 1.0)), high=min(1.0, max(high, lowest)), level=0.90)


_ACCURACY = share_influence(is_correct, is_scored)
_FORMULAS = (
    _Formula(
        name="accuracy-ambiguous",
        unit="rate",
        number=lambda s: s.ambiguous.accuracy,
        among=is_ambiguous,
        influence=_ACCURACY,
    ),
    _Formula(
        name="accuracy-disambiguated",
        unit="rate",
        number=lambda s: s.disambiguated.accuracy,
        among=is_told,
        influence=_ACCURACY,
        for_control=True,
    ),
    _Formula(
        name="accuracy-aligned",
        unit="rate",
        number=lambda s: s.accuracy_aligned,
        among=is_told_as(STEREOTYPE),
        influence=_ACCURACY,
    ),
    _Formula(
        name="accuracy-nonaligned",
        unit="rate",
        number=lambda s: s.accuracy_nonaligned,
        among=is_told_as(COUNTER),
        influence=_ACCURACY,
    ),
    _Formula(
        name="accuracy-cost",
        unit="difference",
        number=lambda s: s.alignment_cost,
        among=is_told,
        influence=cost_influence,
    ),
    _Formula(
        name="unknown-rate",
        unit="rate",
        number=lambda s: s.ambiguous.unknown_rate,
        among=is_ambiguous,
        influence=share_influence(is_unknown, is_any),
    ),
    _Formula(
        name="stereotype-share-known",
        unit="rate",
        number=lambda s: s.ambiguous.stereotyped_share,
        among=is_ambiguous,
        influence=share_influence(is_biased, is_known),
    ),
    _Formula(
        name="s-amb",
        unit="score",
        number=lambda s: s.s_amb,
        among=is_ambiguous,
        influence=s_amb_influence,
    ),
    _Formula(
        name="s-amb-of-all",
        unit="score",
        number=lambda s: s.s_amb_of_all,
        among=is_ambiguous,
        influence=s_amb_of_all_influence,
    ),
    _Formula(
        name="s-dis",
        unit="score",
        number=lambda s: s.s_dis,
        among=is_told,
        influence=s_dis_influence,
    ),
)


def _bbq_answer(answer: Answer) -> BbqAnswer:
    """The same answer as BBQ's formulas take it; only codes and places matter to them."""
    item = answer.item
    places = {code: item.answers.index(code) for code in _CODES}
    # A negative question, so that the stereotype's answer is the target's.
    return BbqAnswer(
        item=BbqItem(
            category=item.contrast_id,
            example_id=item.item_id,
            question_index=item.cluster,
            context_condition="ambig" if answer.is_ambiguous else "disambig",
            polarity="neg",
            context="",
            question="",
            options=(item.options[0], item.options[1], item.options[2]),
            option_names=("", "", ""),
            label=places[answer.correct],
            unknown=places[UNKNOWN],
            target=places[STEREOTYPE],
            no_target_because=None,
        ),
        option=None if answer.code is None else places[answer.code],
    )
