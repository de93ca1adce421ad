"""The probe finds the layer at which a concept was planted, and nothing where there is none."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.backends import resolve_model
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.battery.layers.probe_result import conclude_probe
from auditor.core.layer_evidence import AwarenessRead, ProbeEvidence
from auditor.core.mentions import locate
from auditor.core.senses import Concept, SenseSentence
from auditor.errors import BatteryInvalid
from auditor.probing.decoder_blocks import find_decoder_blocks
from auditor.probing.reading import read_states
from auditor.probing.sense_probe import ProbeDirections, classify_sentences, probe_concept
from auditor.prompt_library.senses import load_senses
from tests.probing.planted import (
    CONCEPT,
    N_LAYERS,
    planted_concept,
    planted_model,
    planted_plan,
)

Array = NDArray[np.float64]


@pytest.mark.parametrize("layer", [1, 2, 4])
def test_the_planted_layer_is_located(layer: int) -> None:
    evidence, awareness, directions = _probe(layer)
    measured, limit = _accuracies(evidence), _limit(evidence)
    assert (measured[:layer] <= limit).all()
    assert (measured[layer:] > limit).all()
    assert (measured[layer:] > 0.95).all()
    in_planted = np.square(directions.vectors[:, CONCEPT]).sum(axis=1)
    assert not in_planted[:layer].any()
    assert in_planted[layer:].min() > 0.1
    anchored = np.array(
        [
            [value * (1 if each.condition == "stated-social" else -1) for value in each.values]
            for each in awareness
            if each.condition in ("stated-social", "stated-other")
        ]
    )
    assert (anchored[:, layer:] > 0).all()


def test_embeddings_are_at_chance_exactly() -> None:
    evidence, awareness, directions = _probe(3)
    assert {each.values[0] for each in evidence.sentences} == {0.0}
    assert {accuracies[0] for accuracies in evidence.shuffled + evidence.memorised} == {0.5}
    assert evidence.seen_pairs[0] == 0.5
    assert {each.values[0] for each in awareness} == {0.0}
    assert not directions.vectors[0].any()
    assert np.linalg.norm(directions.vectors[1:], axis=1) == pytest.approx(np.ones(N_LAYERS))


def test_nothing_is_found_in_a_model_without_the_concept() -> None:
    evidence, _, _ = _probe(3, strength=0)
    assert _accuracies(evidence).max() <= _limit(evidence)


def test_what_can_only_be_memorised_shows_in_seen_pairs_alone() -> None:
    evidence, _, _ = _probe(N_LAYERS - 1)
    memorised = np.mean(evidence.memorised, axis=0)
    assert memorised[1 : N_LAYERS - 1].min() > 0.6
    assert np.mean(evidence.shuffled, axis=0)[1:] == pytest.approx(np.full(N_LAYERS, 0.5), abs=0.06)


def test_words_that_give_the_sense_away_are_seen_by_the_probe_on_words_alone() -> None:
    evidence, _, _ = _probe(3)
    alone = [(each.words_alone > 0) == (each.sense == "social") for each in evidence.sentences]
    assert np.mean(alone) > _limit(evidence)


def test_the_same_seed_gives_the_same_and_another_one_other_relabellings() -> None:
    first, other = _probe(2)[0], _probe(2, seed=1)[0]
    again = _probe_afresh(2)[0]
    assert first == again
    assert first.shuffled != other.shuffled


def test_another_concept_has_other_relabellings() -> None:
    one = _probe(2)[0]
    other = _probe_afresh(2, concept=replace(planted_concept(), concept_id="another"))[0]
    assert one.shuffled != other.shuffled


def test_the_order_of_the_sentences_does_not_matter() -> None:
    concept = planted_concept()
    turned = replace(concept, sentences=concept.sentences[::-1])
    other = {each.mention_id: each for each in _probe_afresh(3, concept=turned)[0].sentences}
    for each in _probe(3)[0].sentences:
        assert other[each.mention_id].values == pytest.approx(each.values, abs=1e-4)


def test_swapped_senses_turn_every_reading_round() -> None:
    concept = planted_concept()
    swapped = replace(concept, sentences=tuple(map(_swapped, concept.sentences)))
    one, other = _probe(3)[0], _probe_afresh(3, concept=swapped)[0]
    assert [tuple(-value for value in each.values) for each in other.sentences] == [
        pytest.approx(each.values, abs=1e-6) for each in one.sentences
    ]
    assert other.shuffled == one.shuffled


def test_every_relabelling_is_read_at_every_layer() -> None:
    evidence, _, _ = _probe(3)
    n_shuffles = planted_plan().n_shuffles
    for accuracies in (evidence.shuffled, evidence.memorised):
        assert np.shape(accuracies) == (n_shuffles, N_LAYERS + 1)
    assert {len(each.values) for each in evidence.sentences} == {N_LAYERS + 1}


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        (lambda each: each.mention.word == "black", "needs two words"),
        (lambda each: each.mention.cluster == "planted/00", "two pairs"),
        (lambda each: each.mention.mention_id != "planted/03/social/black", "each word once"),
    ],
)
def test_sentences_that_are_not_balanced_are_refused(
    keep: Callable[[SenseSentence], bool], said: str
) -> None:
    sentences = [each for each in planted_concept().sentences if keep(each)]
    states = np.zeros((len(sentences), 3, 8))
    with pytest.raises(BatteryInvalid, match=said):
        classify_sentences(
            sentences, states, states[:, 0], n_shuffles=2, rng=np.random.default_rng(0)
        )


@pytest.mark.slow
def test_a_real_model_tells_people_from_colours_in_pairs_and_words_it_was_not_trained_on() -> None:
    path = resolve_model("demo").path
    assert path is not None
    model = TransformersModel(path, OpenOptions(n_threads=1))
    senses = load_senses("quick")
    (race,) = (each for each in senses.concepts if each.concept_id == "race.black-white")
    blocks = find_decoder_blocks(model.module)
    evidence, _, _ = probe_concept(model, blocks, race, senses.plan, seed=0)
    measured, limit = _accuracies(evidence), _limit(evidence)
    assert measured[0] == 0.5
    assert measured[10:].min() > 0.9 > limit
    assert np.mean(evidence.shuffled) == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
def test_with_shuffled_senses_a_real_models_layers_are_almost_never_above_chance() -> None:
    path = resolve_model("demo").path
    assert path is not None
    model = TransformersModel(path, OpenOptions(n_threads=1))
    senses = load_senses("quick")
    race = senses.concepts[0]
    blocks = find_decoder_blocks(model.module)
    located = [locate(model, each.mention) for each in race.sentences]
    states = read_states(model, blocks, located)
    n_above = 0
    for repeat in range(40):
        rng = np.random.default_rng([7, repeat])
        flipped = {
            cluster: bool(rng.integers(2))
            for cluster in {each.mention.cluster for each in race.sentences}
        }
        sentences = [
            _swapped(each) if flipped[each.mention.cluster] else each for each in race.sentences
        ]
        evidence = classify_sentences(
            sentences, states, states[:, 0], n_shuffles=200, rng=np.random.default_rng(repeat)
        )
        concept = conclude_probe(evidence, level=1 - 0.05 / len(senses.concepts))
        n_above += bool(concept.above)
    assert n_above <= 2


@cache
def _probe(
    layer: int, *, strength: float = 1, seed: int = 0
) -> tuple[ProbeEvidence, tuple[AwarenessRead, ...], ProbeDirections]:
    return _probe_afresh(layer, strength=strength, seed=seed)


def _probe_afresh(
    layer: int, *, strength: float = 1, seed: int = 0, concept: Concept | None = None
) -> tuple[ProbeEvidence, tuple[AwarenessRead, ...], ProbeDirections]:
    model = planted_model(layer, strength=strength)
    blocks = find_decoder_blocks(model.module)
    return probe_concept(model, blocks, concept or planted_concept(), planted_plan(), seed=seed)


def _swapped(sentence: SenseSentence) -> SenseSentence:
    return replace(sentence, sense="other" if sentence.sense == "social" else "social")


def _accuracies(evidence: ProbeEvidence) -> Array:
    """Of the true labels, by layer."""
    values = np.array([each.values for each in evidence.sentences])
    signs = np.array([[1 if each.sense == "social" else -1] for each in evidence.sentences])
    shares: Array = np.where(values == 0, 0.5, values * signs > 0).mean(axis=0)
    return shares


def _limit(evidence: ProbeEvidence) -> float:
    """What the largest accuracy over all layers exceeds in one of a hundred relabellings."""
    return float(np.quantile(np.max(evidence.shuffled, axis=1), 0.99))
