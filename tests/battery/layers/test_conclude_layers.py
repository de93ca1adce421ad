"""Laws of everything that is said about layers, on made-up evidence."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from math import isfinite
from typing import Any

import msgspec
import numpy as np
import pytest

from auditor.battery.layers import conclude_layers
from auditor.battery.layers.ablation_result import conclude_ablation
from auditor.battery.layers.patching_result import conclude_patching
from auditor.core.layer_evidence import (
    AblationEvidence,
    AwarenessRead,
    ConceptEvidence,
    LayerEvidence,
    PatchEvidence,
    PatchRead,
    ProbeEvidence,
    WordReading,
)
from auditor.core.layer_results import ConceptResult, Curve, CurvePoint, LayerResult
from auditor.core.senses import AwarenessCondition, Sense
from tests.battery.layer_evidence import CLEAR, SILENT, Shape, layer_evidence

EVIDENCE = layer_evidence(n_shuffles=100)
BASE = layer_evidence(n_shuffles=100, model="SmolLM2-135M", draw=1)
RESULT = conclude_layers(EVIDENCE, BASE)

OTHER_SENSE: dict[Sense, Sense] = {"social": "other", "other": "social"}
OTHER_CONDITION: dict[AwarenessCondition, AwarenessCondition] = {
    "ambiguous": "ambiguous",
    "explicit": "explicit",
    "stated-social": "stated-other",
    "stated-other": "stated-social",
}


def points_of(result: object) -> list[CurvePoint]:
    """Every point of every curve, wherever it stands."""
    if isinstance(result, CurvePoint):
        return [result]
    if isinstance(result, tuple):
        return [point for part in result for point in points_of(part)]
    fields = getattr(result, "__dataclass_fields__", ())
    return [point for name in fields for point in points_of(getattr(result, name))]


def flat(value: Any) -> list[Any]:
    """Leaves in order, so that results can be compared up to rounding."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [value]


def assert_same(one: object, other: object) -> None:
    for left, right in zip(flat(one), flat(other), strict=True):
        assert left == (pytest.approx(right) if isinstance(right, float) else right)


def values(curve: Curve) -> list[float | None]:
    return [point.value for point in curve]


def numbers(curve: Curve) -> list[float]:
    return [point.value for point in curve if point.value is not None]


def causal(shape: Shape = CLEAR, *, draw: int = 0) -> ConceptEvidence:
    return layer_evidence(shape, n_shuffles=20, draw=draw).concepts[0]


def concluded(concept: ConceptEvidence) -> ConceptResult:
    return conclude_layers(replace(EVIDENCE, concepts=(concept,))).concepts[0]


def curve_of(result: ConceptResult, condition: AwarenessCondition) -> Curve:
    return next(c.points for c in result.awareness.curves if c.condition == condition)


def test_the_result_survives_json_and_holds_no_nan() -> None:
    text = msgspec.json.encode(RESULT)
    assert msgspec.json.decode(text, type=LayerResult) == RESULT
    assert all(isfinite(leaf) for leaf in flat(asdict(RESULT)) if isinstance(leaf, float))


def test_evidence_read_back_from_json_gives_the_same_result() -> None:
    text = msgspec.json.encode(EVIDENCE)
    assert conclude_layers(msgspec.json.decode(text, type=LayerEvidence), BASE) == RESULT


def test_every_value_lies_in_its_interval() -> None:
    points = points_of(RESULT)
    assert len(points) > 500
    for point in points:
        assert (point.low is None) == (point.high is None)
        if point.low is not None and point.high is not None:
            assert point.value is not None
            assert point.low - 1e-12 <= point.value <= point.high + 1e-12


def test_every_layer_has_a_point_from_the_embeddings_on() -> None:
    for concept in RESULT.concepts:
        for curve in (
            concept.probe.accuracy,
            concept.probe.selectivity,
            concept.awareness.anchor,
            concept.awareness.difference,
            *(c.points for c in concept.awareness.curves),
        ):
            assert [point.layer for point in curve] == list(range(31))


def test_the_level_is_shared_by_the_concepts() -> None:
    assert [c.probe.level for c in RESULT.concepts] == [0.975, 0.975]
    assert concluded(causal()).probe.level == 0.95


def test_senses_are_told_apart_and_read_where_they_are_and_nowhere_else() -> None:
    clear, silent = RESULT.concepts
    assert clear.probe.peak is not None
    assert abs(clear.probe.peak - 14) <= 5
    assert clear.probe.peak in clear.awareness.readable
    assert set(clear.awareness.readable) <= set(clear.probe.above)
    assert (silent.probe.peak, silent.awareness.readable) == (None, ())
    assert (silent.patching, silent.ablation, silent.readings) == (None, None, None)


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(4)

    def shuffled(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(rows[place] for place in rng.permutation(len(rows)))

    concept = EVIDENCE.concepts[0]
    assert concept.patching is not None
    assert concept.ablation is not None
    mixed = replace(
        concept,
        probe=replace(
            concept.probe,
            sentences=shuffled(concept.probe.sentences),
            shuffled=shuffled(concept.probe.shuffled),
            memorised=shuffled(concept.probe.memorised),
        ),
        awareness=shuffled(concept.awareness),
        patching=replace(concept.patching, rows=shuffled(concept.patching.rows)),
        ablation=replace(concept.ablation, rows=shuffled(concept.ablation.rows)),
        # The examples of the readings are the first ones, so these keep their order.
    )
    assert_same(asdict(concluded(mixed)), asdict(concluded(concept)))


def test_swapping_the_senses_mirrors_what_is_read_and_keeps_what_is_told_apart() -> None:
    concept = EVIDENCE.concepts[0]
    assert concept.patching is not None
    swapped = replace(
        concept,
        probe=_swapped_probe(concept.probe),
        awareness=tuple(
            replace(
                read,
                values=tuple(-value for value in read.values),
                condition=OTHER_CONDITION[read.condition],
            )
            for read in concept.awareness
        ),
        patching=replace(
            concept.patching,
            rows=tuple(
                replace(row, sense=OTHER_SENSE[row.sense], log_odds=-row.log_odds)
                for row in concept.patching.rows
            ),
        ),
    )
    plain, mirrored = concluded(concept), concluded(swapped)
    assert_same(asdict(mirrored.probe), asdict(plain.probe))
    assert plain.patching is not None
    assert mirrored.patching is not None
    assert_same(asdict(mirrored.patching), asdict(plain.patching))
    assert_same(values(mirrored.awareness.anchor), values(plain.awareness.anchor))
    assert mirrored.awareness.readable == plain.awareness.readable
    assert_same(
        numbers(mirrored.awareness.difference),
        [-value for value in numbers(plain.awareness.difference)],
    )
    for condition, other in OTHER_CONDITION.items():
        assert_same(
            numbers(curve_of(mirrored, condition)),
            [1 - value for value in numbers(curve_of(plain, other))],
        )


def _swapped_probe(probe: ProbeEvidence) -> ProbeEvidence:
    return replace(
        probe,
        sentences=tuple(
            replace(
                s,
                sense=OTHER_SENSE[s.sense],
                values=tuple(-value for value in s.values),
                words_alone=-s.words_alone,
            )
            for s in probe.sentences
        ),
    )


def test_the_difference_of_conditions_is_that_of_their_curves() -> None:
    for concept in RESULT.concepts:
        pairs = zip(
            numbers(curve_of(concept, "ambiguous")),
            numbers(curve_of(concept, "explicit")),
            strict=True,
        )
        expected = [implicit - explicit for implicit, explicit in pairs]
        assert numbers(concept.awareness.difference) == pytest.approx(expected)


def test_a_probe_that_reads_one_sense_whatever_is_stated_reads_nothing() -> None:
    concept = EVIDENCE.concepts[0]
    stuck = replace(
        concept,
        awareness=tuple(
            replace(read, values=tuple(abs(value) for value in read.values))
            for read in concept.awareness
        ),
    )
    result = concluded(stuck)
    assert result.probe.above
    assert set(values(curve_of(result, "ambiguous"))) == {1.0}
    assert result.awareness.readable == ()


def test_four_wordings_are_too_few_to_call_a_layer_readable() -> None:
    def with_wordings(n: int) -> ConceptEvidence:
        concept = EVIDENCE.concepts[0]
        kept = tuple(read for read in concept.awareness if int(read.cluster[-2:]) < n)
        return replace(concept, awareness=kept)

    assert concluded(with_wordings(4)).awareness.readable == ()
    assert concluded(with_wordings(6)).awareness.readable


def test_conditions_that_were_not_read_have_empty_curves() -> None:
    concept = EVIDENCE.concepts[0]
    kept: tuple[AwarenessRead, ...] = tuple(
        read for read in concept.awareness if read.condition == "ambiguous"
    )
    result = concluded(replace(concept, awareness=kept)).awareness
    assert [bool(curve.points) for curve in result.curves] == [True, False, False, False]
    assert (result.anchor, result.readable, result.difference) == ((), (), ())


def test_patching_finds_the_effect_where_it_is_put() -> None:
    result = concluded(causal()).patching
    assert result is not None
    identifier = {point.layer: point for point in result.curves[0].points}
    assert [curve.kind for curve in result.curves] == [
        "identifier",
        "unrelated",
        "random",
        "wrong-layer",
    ]
    assert result.peak in result.above
    best = identifier[result.peak or 0]
    assert best.value == max(identifier[layer].value or 0.0 for layer in result.above)
    # Six pairs, four questions with each of two senses.
    assert (best.n_clusters, best.n) == (6, 6 * 2 * 2 * 2 * 2)
    assert best.value == pytest.approx(3.0, abs=0.3)
    for curve in result.curves[1:]:
        assert max(abs(value) for value in numbers(curve.points)) < 0.4


def _with_control(concept: ConceptEvidence, scale: float) -> ConceptEvidence:
    """The unrelated word's state moves the answer `scale` times as far as the identifier's."""
    assert concept.patching is not None
    rows = concept.patching.rows
    of_identifier = [row for row in rows if row.kind == "identifier"]
    kept = tuple(row for row in rows if row.kind != "unrelated")
    copies = tuple(
        replace(row, kind="unrelated", log_odds=scale * row.log_odds) for row in of_identifier
    )
    return replace(concept, patching=replace(concept.patching, rows=kept + copies))


@pytest.mark.parametrize("scale", [1.0, 1.5, -1.5])
def test_an_effect_that_a_control_has_too_is_none(scale: float) -> None:
    result = concluded(_with_control(causal(), scale)).patching
    assert result is not None
    assert (result.peak, result.above) == (None, ())


def test_an_effect_beyond_its_controls_is_kept() -> None:
    result = concluded(_with_control(causal(), 0.5)).patching
    assert result is not None
    assert len(result.above) >= 4


def test_without_any_control_nothing_is_claimed() -> None:
    concept = causal()
    assert concept.patching is not None
    bare = tuple(row for row in concept.patching.rows if row.kind == "identifier")
    result = concluded(replace(concept, patching=replace(concept.patching, rows=bare))).patching
    assert result is not None
    assert (result.peak, result.above) == (None, ())
    assert [len(curve.points) for curve in result.curves] == [8, 0, 0, 0]


def test_states_that_move_nothing_are_found_in_at_most_one_of_twenty_concepts() -> None:
    rng = np.random.default_rng(9)
    template = causal().patching
    assert template is not None
    pairs = [
        row
        for row in template.rows
        if row.kind in ("identifier", "random") and row.question_id == "means"
    ]
    n, found = 80, 0
    for _ in range(n):
        rows: tuple[PatchRead, ...] = tuple(
            replace(row, log_odds=float(noise))
            for row, noise in zip(pairs, rng.standard_normal(len(pairs)), strict=True)
        )
        result = conclude_patching(PatchEvidence(unpatched=(), rows=rows))
        assert result is not None
        found += bool(result.above)
    assert found / n <= 0.05


def causal_bare() -> ConceptEvidence:
    """A concept with nothing in it that takes time to conclude."""
    concept = EVIDENCE.concepts[1]
    probe = replace(
        concept.probe, shuffled=concept.probe.shuffled[:1], memorised=concept.probe.memorised[:1]
    )
    return replace(concept, probe=replace(probe, sentences=probe.sentences[:2]), awareness=())


def test_an_offset_of_all_answers_is_no_effect() -> None:
    """A model that prefers one option anyway is not moved by the state."""
    concept = causal()
    assert concept.patching is not None
    lifted = replace(
        concept.patching,
        rows=tuple(replace(row, log_odds=row.log_odds + 7) for row in concept.patching.rows),
    )
    result = concluded(replace(concept, patching=lifted))
    assert_same(asdict(result)["patching"], asdict(concluded(concept))["patching"])


def test_ablation_is_paired_and_ranked_among_random_directions() -> None:
    result = concluded(causal()).ablation
    assert result is not None
    assert result.before.value is not None
    assert result.after.value is not None
    assert result.difference.value == pytest.approx(result.after.value - result.before.value)
    assert result.difference.value == pytest.approx(-0.15, abs=0.05)
    assert len(result.random_differences) == 20
    assert result.p_value == pytest.approx(1 / 21)
    assert result.log_likelihood_change == pytest.approx(-0.1)
    assert {p.layer for p in (result.before, result.after, result.difference)} == {
        result.from_layer
    }


def _only(concept: ConceptEvidence, directions: Sequence[str]) -> AblationEvidence:
    assert concept.ablation is not None
    rows = tuple(row for row in concept.ablation.rows if row.direction in directions)
    return replace(concept.ablation, rows=rows)


def test_a_direction_that_does_no_more_than_random_ones_has_an_even_p() -> None:
    shape, n = replace(CLEAR, ablation=1.0), 40
    p_values: list[float] = []
    for draw in range(n):
        concept = layer_evidence(shape, n_layers=4, n_pairs=1, n_shuffles=1, draw=draw).concepts[0]
        assert concept.ablation is not None
        result = conclude_ablation(concept.ablation)
        assert result is not None
        p_values.append(result.p_value or 0.0)
    assert np.mean(np.asarray(p_values) <= 1 / 21) <= 1 / 21 + 3 * np.sqrt(20) / 21 / np.sqrt(n)
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.15)


def test_without_random_directions_there_is_no_p() -> None:
    concept = causal()
    bare = concluded(replace(concept, ablation=_only(concept, ("none", "probe")))).ablation
    assert bare is not None
    assert (bare.random_differences, bare.p_value) == ((), None)


def test_an_ablation_without_its_counterpart_is_no_result() -> None:
    concept = causal()
    for directions in (("none",), ("probe", "random-00")):
        assert concluded(replace(concept, ablation=_only(concept, directions))).ablation is None


def test_the_score_before_is_the_batterys_own() -> None:
    concept = causal()
    assert concept.ablation is not None
    by_stimulus: dict[str, list[float]] = {}
    for row in concept.ablation.rows:
        if row.direction == "none":
            by_stimulus.setdefault(row.cluster, []).append(row.log_odds)
    expected = np.mean([np.tanh(np.mean(some) / 2) for some in by_stimulus.values()])
    result = concluded(concept).ablation
    assert result is not None
    assert result.before.value == pytest.approx(expected)


def reading(kind: str = "sense", sense: Sense | None = "social", **changed: Any) -> WordReading:
    plain = WordReading(
        layer=3,
        mention_id="m",
        kind="known-answer" if kind == "known-answer" else "sense",
        sense=sense,
        prompt_id="p",
        text="people",
        relevance=0.5,
        is_relevant=True,
        is_degenerate=False,
        is_right=None,
        names_social=True,
        names_other=False,
    )
    return replace(plain, **changed)


def known(is_right: bool, **changed: Any) -> WordReading:
    return reading("known-answer", None, is_right=is_right, names_social=False, **changed)


def readings_result(*readings: WordReading) -> Any:
    result = concluded(replace(causal_bare(), readings=readings)).readings
    assert result is not None
    return result


def test_shares_of_readings_are_of_what_they_say() -> None:
    (point,) = readings_result(
        known(True),
        known(True),
        known(False, is_degenerate=True),
        reading(),
        reading(names_social=False),
        reading(is_relevant=False),
        reading(is_degenerate=True),
        reading(sense="other", names_social=False),
    ).points
    assert (point.layer, point.n, point.n_known) == (3, 5, 3)
    assert point.known_right == pytest.approx(2 / 3)
    assert point.degenerate == pytest.approx(1 / 5)
    assert point.relevant == pytest.approx(4 / 5)
    assert (point.social_in_social, point.social_in_other) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("readings", "believed"),
    [
        ((known(True), known(False), reading()), (3,)),
        ((known(True), known(False), known(False), reading()), ()),
        ((known(True), reading(), reading(is_degenerate=True)), (3,)),
        ((known(True), reading(is_degenerate=True)), ()),
        ((reading(),), ()),
        ((known(True),), ()),
    ],
)
def test_a_layer_is_believed_only_where_known_answers_are_read_and_most_is_sound(
    readings: tuple[WordReading, ...], believed: tuple[int, ...]
) -> None:
    assert readings_result(*readings).believed == believed


def test_shares_of_nothing_are_none() -> None:
    (point,) = readings_result(reading(is_relevant=False)).points
    assert (point.known_right, point.social_in_social, point.social_in_other) == (None,) * 3


def test_examples_are_the_first_of_each_layer_good_or_bad() -> None:
    result = readings_result(
        known(True, layer=1, text="Paris"),
        reading(layer=9, text="the the", is_degenerate=True),
        reading(layer=9, text="people"),
        reading(layer=1, sense="other", text="paint"),
        reading(layer=1, mention_id="n", text="persons"),
    )
    assert result.examples == ((1, "n", "persons"), (9, "m", "the the"))
    assert [point.layer for point in result.points] == [1, 9]


def test_a_model_compared_with_itself_differs_nowhere() -> None:
    for concept in conclude_layers(EVIDENCE, EVIDENCE).concepts:
        assert concept.base is not None
        assert concept.base.accuracy == concept.probe.accuracy
        assert concept.base.ambiguous == curve_of(concept, "ambiguous")
        for curve in (concept.base.accuracy_difference, concept.base.ambiguous_difference):
            assert set(values(curve)) == {0.0}
            assert all(point.low != point.high for point in curve)


def test_model_and_base_swapped_differ_by_the_sign() -> None:
    for one, other in zip(RESULT.concepts, conclude_layers(BASE, EVIDENCE).concepts, strict=True):
        assert one.base is not None
        assert other.base is not None
        assert numbers(one.base.accuracy_difference) == pytest.approx(
            [-value for value in numbers(other.base.accuracy_difference)]
        )
        assert numbers(one.base.ambiguous_difference) == pytest.approx(
            [-value for value in numbers(other.base.ambiguous_difference)]
        )


def test_models_of_other_depth_have_no_differences() -> None:
    base = layer_evidence(n_layers=12, n_shuffles=20)
    for concept in conclude_layers(EVIDENCE, base).concepts:
        assert concept.base is not None
        assert len(concept.base.accuracy) == 13
        assert concept.base.accuracy_difference == ()
        assert concept.base.ambiguous_difference == ()


def test_a_concept_that_the_base_was_not_read_for_has_none() -> None:
    base = replace(BASE, concepts=BASE.concepts[:1])
    clear, silent = conclude_layers(EVIDENCE, base).concepts
    assert clear.base is not None
    assert silent.base is None
    assert silent.concept_id == SILENT.concept_id


@pytest.mark.parametrize(
    ("base", "named"),
    [
        (replace(BASE, senses_sha256="00" * 32), "texts"),
        (replace(BASE, tier="full"), "tier"),
        (replace(BASE, seed=7), "seed"),
    ],
)
def test_a_base_that_was_asked_otherwise_is_refused(base: LayerEvidence, named: str) -> None:
    with pytest.raises(ValueError, match=f"SmolLM2-135M were not read with the same {named}"):
        conclude_layers(EVIDENCE, base)
