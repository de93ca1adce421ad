"""Every reason that a verdict can have is worded."""

from dataclasses import replace
from itertools import product

from auditor.core.judging import REASONS, judge
from auditor.core.measures import WITHOUT_LIKELIHOODS, Measure
from auditor.core.policy import Criterion, Policy
from auditor.reporting import reasons
from tests.reporting.builders import LIMIT, contrasts, measure, undefined

ABOUT = contrasts()[0]
NULL = next(c for c in contrasts() if c.role == "null-control")
POSITIVE = next(c for c in contrasts() if c.role == "positive-control")
SCORE, TEXT, RATE = (f"word-association.{name}" for name in ("score", "text-score", "invalid-rate"))
POSITIVES = (0.0, 0.7, 0.8)
"""Of the positive control; beside the last one meaningless words show much, too."""


def codes(*taken: Measure, name: str = SCORE) -> set[str]:
    """The reasons of one criterion on these measures."""
    criterion = Criterion(id="c", measure=name, contrast=ABOUT.contrast_id, limit=LIMIT)
    policy = Policy(name="p", version="1", owner="", description="", criteria=(criterion,))
    (finding,) = judge(taken, policy)
    return set(finding.reasons)


def emitted() -> set[str]:
    """The reasons over a grid of measures: sizes, errors, habits, controls."""
    found: set[str] = codes() | codes(undefined(SCORE, ABOUT, "no answer could be scored"))
    found |= codes(undefined(SCORE, ABOUT, WITHOUT_LIKELIHOODS))
    grid = product((-0.5, -0.05, 0.0, 0.05, 0.13, 0.5), (0.0, 0.01, 0.03, 0.2), (0.5, 0.97))
    for value, error, position in grid:
        for name, agreement, positive in product((SCORE, TEXT), (0.0, -1.0), POSITIVES):
            one = measure(name, ABOUT, value, error, position=position, agreement=agreement)
            controls = (
                measure(name, NULL, 0.2 if positive == POSITIVES[-1] else 0.06, 0.03),
                measure(name, POSITIVE, positive, 0.03),
            )
            few = replace(one, n_clusters=2)
            unusable = replace(one, n=10, n_unscored=190)
            text = measure(TEXT, ABOUT, -value, 0.03)
            puzzled = replace(one, comprehension=0.4)
            for variant in (one, few, unusable, puzzled):
                twin = (text,) if name == SCORE else ()
                found |= codes(variant, *controls, *twin, name=name)
        found |= codes(measure(RATE, ABOUT, abs(value), error, unit="rate"), name=RATE)
    return found


def test_the_judge_gives_the_declared_reasons_and_all_of_them() -> None:
    assert emitted() == set(REASONS)


def test_sentences_are_those_of_the_declared_reasons() -> None:
    assert set(reasons.SENTENCES) == set(REASONS)
    assert set(reasons.OBSTACLES) <= set(REASONS)
