"""Laws of every score before and after."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.battery import measure_all
from auditor.battery.fix.pooled import estimate, sample_of
from auditor.battery.fix.slopes import measure_slopes
from auditor.core.fix_results import Effect, Slope
from auditor.core.responses import Score
from auditor.core.stats import estimate_stratified
from tests.battery.fix.arm_evidence import build_fix, gate_battery

BATTERY = gate_battery("quick")
ORIGINAL = build_fix("ideal")[3]["original"].scores
FIXED = build_fix("ideal")[3]["fixed"].scores
SLOPES = measure_slopes(BATTERY, ORIGINAL, FIXED)


def by_key(slopes: tuple[Slope, ...]) -> dict[str, Slope]:
    return {slope.key: slope for slope in slopes}


def numbers(effect: Effect) -> tuple[float, float, float]:
    assert effect.value is not None
    assert effect.interval is not None
    return effect.value, effect.interval.low, effect.interval.high


def changed(scores: tuple[Score, ...], change: Callable[[float], float]) -> tuple[Score, ...]:
    return tuple(
        one if one.value is None else replace(one, value=change(one.value)) for one in scores
    )


def test_a_change_is_after_minus_before() -> None:
    for slope in SLOPES:
        change, before, after = (
            numbers(one)[0] for one in (slope.change, slope.before, slope.after)
        )
        assert change == pytest.approx(after - before)


def test_pooled_scores_come_first_and_each_contrast_once() -> None:
    keys = [slope.key for slope in SLOPES]
    assert keys[:3] == [
        "pooled/word-association",
        "pooled/mirrored-statements",
        "pooled/question-answering",
    ]
    assert len(set(keys)) == len(keys)
    assert all(slope.contrast_id in slope.key for slope in SLOPES[3:])
    assert all(slope.contrast_id for slope in SLOPES[3:])


def test_of_one_language_of_speakers_nothing_is_pooled() -> None:
    assert not [key for key in by_key(SLOPES) if key.startswith("pooled/matched-guise")]


def test_the_score_of_a_contrast_is_the_audits_own() -> None:
    measures = {one.measure_id: one for one in measure_all(BATTERY, FIXED, ())}
    found = [slope for slope in SLOPES[3:] if slope.key in measures]
    # The control of written verdicts has a name of its own among the measures.
    assert len(found) == len(SLOPES) - 5
    for slope in found:
        measure = measures[slope.key]
        assert measure.interval is not None
        assert numbers(slope.after) == pytest.approx(
            (measure.value, measure.interval.low, measure.interval.high)
        )
        assert slope.after.n_clusters == measure.n_clusters


def test_the_pooled_score_is_the_mean_of_the_primary_contrasts() -> None:
    found = by_key(SLOPES)
    primary = [one.contrast_id for one in BATTERY.contrasts if one.role == "primary"]
    values = [
        numbers(found[f"word-association.score[{contrast_id}]"].after)[0]
        for contrast_id in primary
        if f"word-association.score[{contrast_id}]" in found
    ]
    assert len(values) == 8
    pooled = found["pooled/word-association"]
    assert numbers(pooled.after)[0] == pytest.approx(sum(values) / 8)
    assert pooled.after.n_clusters == 96


def test_nothing_changes_between_a_model_and_itself() -> None:
    for slope in measure_slopes(BATTERY, ORIGINAL, ORIGINAL):
        assert numbers(slope.change) == (0.0, 0.0, 0.0)


def test_the_way_back_is_the_way_there_turned_round() -> None:
    back = by_key(measure_slopes(BATTERY, FIXED, ORIGINAL))
    for slope in SLOPES:
        value, low, high = numbers(slope.change)
        assert numbers(back[slope.key].change) == pytest.approx((-value, -high, -low))


def test_a_turned_model_has_turned_scores() -> None:
    turned = by_key(measure_slopes(BATTERY, ORIGINAL, changed(ORIGINAL, lambda one: -one)))
    for slope in turned.values():
        assert numbers(slope.after)[0] == pytest.approx(-numbers(slope.before)[0])


def test_what_was_asked_once_has_no_slope() -> None:
    kept = tuple(one for one in FIXED if not one.item_id.startswith("mirrored-statements"))
    left = by_key(measure_slopes(BATTERY, ORIGINAL, kept))
    assert set(left) == {key for key in by_key(SLOPES) if "mirrored-statements" not in key}
    assert measure_slopes(BATTERY, ORIGINAL, ()) == ()


def test_only_stimuli_that_were_asked_both_times_are_compared() -> None:
    kept = tuple(one for one in FIXED if "race.terms/valence" not in one.item_id)
    slope = by_key(measure_slopes(BATTERY, ORIGINAL, kept))["word-association.score[race.terms]"]
    whole = by_key(SLOPES)["word-association.score[race.terms]"]
    assert 0 < slope.before.n_clusters < whole.before.n_clusters
    assert slope.before.n_clusters == slope.after.n_clusters == slope.change.n_clusters


def test_words_that_contrasts_share_are_known_to_be_shared() -> None:
    primary = [
        one
        for one in BATTERY.contrasts
        if one.role == "primary" and "word-association" in one.instruments
    ]
    sample = sample_of(BATTERY, "word-association", ORIGINAL, primary)
    assert sample.n_clusters == 96
    assert len({sample.words[c] for col in sample.by_contrast.values() for c in col}) < 96
    pooled = estimate(sample)
    alone = estimate_stratified([list(col.values()) for col in sample.by_contrast.values()])
    assert pooled is not None
    assert alone is not None
    assert pooled.value == alone.value
    assert pooled.standard_error >= alone.standard_error
