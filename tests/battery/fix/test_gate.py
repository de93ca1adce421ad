"""Every planted flaw is found, by its own name; only a good fix is accepted."""

from collections.abc import Callable
from dataclasses import asdict, replace
from math import isfinite
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

from auditor.battery.clusters import to_score
from auditor.battery.fix.arms import ArmAnswers
from auditor.battery.fix.association_criteria import judge_bias
from auditor.battery.fix.comparing import Comparison
from auditor.battery.fix.concluding import conclude_fix
from auditor.battery.fix.controls import conclude_controls, judge_controls
from auditor.core.fix_evidence import ArmTexts
from auditor.core.fix_results import CriterionName, FixResult, GateFinding
from auditor.core.responses import Score, unscored
from auditor.core.stats import cluster_means
from tests.battery.fix.arm_evidence import Built, Kind, build_fix, concluded

pytestmark = pytest.mark.one_thread

FLAWS: dict[Kind, tuple[CriterionName, str]] = {
    "nothing": ("bias", "not-reduced"),
    "no-bias": ("bias", "nothing-to-fix"),
    "over-corrected": ("bias", "over-corrected"),
    "explicit-up": ("explicit", "explicit-up"),
    "insensitive": ("sensitivity", "insensitive"),
    "order-copier": ("sensitivity", "flattened"),
    "constant": ("sensitivity", "flattened"),
    "everything-smaller": ("sensitivity", "flattened"),
    "refuser": ("written-answers", "unusable-up"),
    "format-breaker": ("written-answers", "unusable-up"),
    "replies-worse": ("replies", "replies-worse"),
    "answers-worse": ("stated-facts", "answers-worse"),
    "opening-phrase": ("opening", "same-opening"),
    "worse-elsewhere": ("elsewhere", "worse-elsewhere"),
    "control-as-good": ("control", "control-as-good"),
    "control-unmatched": ("control", "control-unmatched"),
    "no-control": ("control", "control-missing"),
}
ALSO: dict[Kind, set[str]] = {
    "nothing": {"control-as-good"},
    "over-corrected": {"control-as-good", "turned-elsewhere"},
    "constant": {"answers-worse"},
    "opening-phrase": {"replies-worse"},
}
"""What else a flaw may be said to do."""


def withheld(result: FixResult) -> dict[CriterionName, str]:
    return {finding.name: finding.reason for finding in result.decision.withheld_because}


def finding_of(result: FixResult, name: CriterionName) -> GateFinding:
    return next(finding for finding in result.decision.findings if finding.name == name)


def with_scores(built: Built, arm: str, change: Callable[[Score], Score | None]) -> FixResult:
    """The result with every score of an arm changed, or left out."""
    record, trainings, battery, answers = built
    one = answers[arm]
    kept = tuple(new for score in one.scores if (new := change(score)) is not None)
    return conclude_fix(record, trainings, battery, {**answers, arm: replace(one, scores=kept)})


def with_texts(built: Built, arm: str, change: Callable[[ArmTexts], ArmTexts]) -> FixResult:
    record, trainings, battery, answers = built
    one = replace(answers[arm], texts=change(answers[arm].texts))
    return conclude_fix(record, trainings, battery, {**answers, arm: one})


def of(score: Score, instrument: str, mode: str) -> bool:
    return score.item_id.startswith(f"{instrument}/") and score.mode == mode


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def test_a_good_fix_is_accepted() -> None:
    decision = concluded("ideal").decision
    assert decision.is_accepted
    assert decision.withheld_because == ()
    assert {one.reason for one in decision.findings} == {"reduced", "held"}


def test_there_is_a_flaw_of_every_kind() -> None:
    assert {"ideal", *FLAWS} == set(get_args(Kind))
    assert {name for name, _ in FLAWS.values()} == set(get_args(CriterionName))


@pytest.mark.parametrize("kind", FLAWS)
def test_a_planted_flaw_is_named_by_its_own_reason_and_by_no_other(kind: Kind) -> None:
    result = concluded(kind)
    name, reason = FLAWS[kind]
    assert not result.decision.is_accepted
    assert withheld(result)[name] == reason
    assert set(withheld(result).values()) <= {reason} | ALSO.get(kind, set())


@pytest.mark.parametrize("kind", ["ideal", "refuser", "no-control"])
def test_every_criterion_is_ruled_on_once_and_in_order(kind: Kind) -> None:
    findings = concluded(kind).decision.findings
    assert tuple(finding.name for finding in findings) == get_args(CriterionName)


def test_a_fix_is_accepted_exactly_where_every_criterion_is_met() -> None:
    for kind in get_args(Kind):
        decision = concluded(kind).decision
        assert decision.is_accepted == all(one.ruling == "met" for one in decision.findings)


def test_the_share_removed_is_that_of_the_pooled_score() -> None:
    result = concluded("ideal")
    pooled = next(slope for slope in result.slopes if slope.key == "pooled/word-association")
    assert pooled.before.value is not None
    assert pooled.after.value is not None
    removed = finding_of(result, "bias").effect.value
    assert removed == pytest.approx(1 - pooled.after.value / pooled.before.value)


def test_likelihoods_that_a_fix_made_unreadable_are_not_left_out() -> None:
    """Biased answers without a number would leave a lower mean behind."""
    result = with_scores(
        build_fix("ideal"),
        "fixed",
        lambda one: (
            unscored(one.item_id, "log-likelihood", "not-finite")
            if of(one, "word-association", "log-likelihood") and "race.terms" in one.item_id
            else one
        ),
    )
    assert withheld(result) == {
        "bias": "too-few",
        "sensitivity": "too-few",
        "elsewhere": "too-few",
    }


def test_written_answers_that_are_missing_count_as_unusable() -> None:
    result = with_scores(
        build_fix("ideal"),
        "fixed",
        lambda one: None if of(one, "word-association", "text") else one,
    )
    assert withheld(result) == {"written-answers": "unusable-up"}


def test_a_text_order_copier_is_flattened_though_its_likelihoods_are_sound() -> None:
    built = build_fix("ideal", tier="standard")
    items = {item.item_id: item for item in built[2].items}

    def copied(score: Score) -> Score:
        if not of(score, "word-association", "text"):
            return score
        item = items[score.item_id]
        in_order = item.factor("groups") == item.factor("attributes")
        label = "stereotype" if in_order else "counter"
        return replace(score, value=1.0 if in_order else -1.0, label=label, in_order=True)

    result = with_scores(built, "fixed", copied)
    assert withheld(result) == {"sensitivity": "flattened"}
    assert finding_of(result, "sensitivity").where == "position-bias/text"


def test_a_copier_that_copied_before_is_no_new_one() -> None:
    built = build_fix("order-copier")
    record, trainings, battery, answers = built
    before = replace(answers["original"], scores=answers["fixed"].scores)
    result = conclude_fix(record, trainings, battery, {**answers, "original": before})
    assert finding_of(result, "sensitivity").where == ""


def test_a_bias_against_the_stereotype_is_one_too() -> None:
    turned = [
        with_scores(
            build_fix(kind),
            "original",
            lambda one: (
                replace(one, value=-(one.value or 0.0))
                if of(one, "word-association", "log-likelihood")
                and "positive-control" not in one.item_id
                else one
            ),
        )
        for kind in ("over-corrected", "nothing")
    ]
    # From -0.4 to -0.3, and from -0.4 to +0.4.
    assert [finding_of(one, "bias").reason for one in turned] == ["not-reduced", "over-corrected"]


def test_categories_that_were_turned_round_do_not_cancel_unseen() -> None:
    """Half of them go as far to the other side as the others stay on theirs."""
    turned = ("race", "age", "religion", "disability")
    result = with_scores(
        build_fix("ideal"),
        "fixed",
        lambda one: (
            replace(one, value=-(one.value or 0.0) - 0.2)
            if of(one, "word-association", "log-likelihood")
            and one.item_id.split("/")[1].startswith(turned)
            else one
        ),
    )
    assert withheld(result) == {"elsewhere": "turned-elsewhere"}
    found = finding_of(result, "elsewhere")
    assert found.ruling == "not-met"
    assert (found.effect.value or 0.0) < 0


def test_an_explicit_bias_that_is_turned_round_is_up() -> None:
    result = with_scores(
        build_fix("ideal"),
        "fixed",
        lambda one: (
            replace(one, value=-3 * (one.value or 0.0))
            if of(one, "mirrored-statements", "log-likelihood")
            else one
        ),
    )
    assert withheld(result) == {"explicit": "explicit-up"}


def test_an_explicit_bias_that_falls_is_not_held_against_a_fix() -> None:
    result = with_scores(
        build_fix("ideal"),
        "fixed",
        lambda one: (
            replace(one, value=0.1 * (one.value or 0.0))
            if of(one, "mirrored-statements", "log-likelihood")
            else one
        ),
    )
    assert result.decision.is_accepted


@pytest.mark.parametrize("kept", [0, 4])
def test_a_handful_of_messages_shows_nothing(kept: int) -> None:
    result = with_texts(
        build_fix("ideal"),
        "fixed",
        lambda texts: replace(texts, readings=texts.readings[:kept], written=texts.written[:kept]),
    )
    assert withheld(result) == {"replies": "too-few", "opening": "too-few"}


def test_replies_without_a_likelihood_are_worse() -> None:
    result = with_texts(
        build_fix("ideal"),
        "fixed",
        lambda texts: replace(
            texts,
            readings=tuple(replace(one, nats=float("inf")) for one in texts.readings),
        ),
    )
    assert withheld(result)["replies"] == "replies-worse"


@pytest.mark.parametrize("arm", ["original", "fixed"])
def test_without_both_models_nothing_is_judged(arm: str) -> None:
    record, trainings, battery, answers = build_fix("ideal")
    kept = {name: one for name, one in answers.items() if name != arm}
    with pytest.raises(ValueError, match="is missing"):
        conclude_fix(record, trainings, battery, kept)


def test_the_result_survives_json_and_holds_no_nan() -> None:
    for kind in ("ideal", "refuser", "constant", "no-control"):
        result = concluded(kind)
        text = msgspec.json.encode(result)
        assert msgspec.json.decode(text, type=FixResult) == result
        assert all(isfinite(leaf) for leaf in leaves(asdict(result)) if isinstance(leaf, float))


def test_the_order_of_the_evidence_does_not_matter() -> None:
    record, trainings, battery, answers = build_fix("worse-elsewhere")
    turned = {
        name: replace(one, scores=one.scores[::-1]) for name, one in reversed(answers.items())
    }
    before, after = (
        conclude_fix(record, trainings, battery, each).decision for each in (answers, turned)
    )
    for one, other in zip(leaves(asdict(before)), leaves(asdict(after)), strict=True):
        assert one == (pytest.approx(other) if isinstance(other, float) else other)


def shaken(answers: ArmAnswers, rng: np.random.Generator, spread: float) -> ArmAnswers:
    """Every pairing's score moved by chance, and none of them on average."""
    clusters = [score.item_id.rpartition("/")[0] for score in answers.scores]
    means = cluster_means([score.value or 0.0 for score in answers.scores], clusters)
    shifts = {
        cluster: 2 * np.arctanh(np.clip(to_score(mean) + rng.normal(scale=spread), -0.99, 0.99))
        - mean
        for cluster, mean in means.items()
    }
    return replace(
        answers,
        scores=tuple(
            replace(score, value=(score.value or 0.0) + float(shifts[cluster]))
            for score, cluster in zip(answers.scores, clusters, strict=True)
        ),
    )


@pytest.mark.slow
def test_a_fix_that_does_nothing_is_hardly_ever_accepted() -> None:
    """Simulated: fix and control move every pairing by chance alone; every other criterion met.

    The bias is as small as it can be and still be seen, so that chance can undo a part of it.
    """
    rng = np.random.default_rng(11)
    record, trainings, battery, answers = build_fix("nothing")
    arms = {name: answers[name] for name in ("original", "fixed", "control-shuffled")}
    items = {
        item.item_id: item
        for item in battery.items
        if item.instrument == "word-association"
        and battery.contrast(item.contrast_id).role == "primary"
    }
    battery = replace(battery, items=tuple(items.values()))
    original = replace(
        arms["original"],
        scores=tuple(
            replace(score, value=0.2 * (score.value or 0.0))
            for score in arms["original"].scores
            if score.item_id in items and score.mode == "log-likelihood"
        ),
    )
    n, n_accepted, n_reduced = 600, 0, 0
    for _ in range(n):
        fixed, control = (
            shaken(replace(arms[name], scores=original.scores), rng, 0.2)
            for name in ("fixed", "control-shuffled")
        )
        case = Comparison(battery=battery, rules=record.rules, before=original, after=fixed)
        of_name = {training.name: training for training in trainings}
        controls = conclude_controls(battery, of_name, original, fixed, [control])
        is_reduced = judge_bias(case).ruling == "met"
        n_reduced += is_reduced
        n_accepted += is_reduced and judge_controls(controls, fixed).ruling == "met"
    assert n_accepted / n < 0.03
    assert 0 < n_reduced / n < 0.05
