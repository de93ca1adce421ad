"""Taking the planted direction out takes the planted effect out; chance does not."""

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Item, Prompt
from auditor.core.layer_evidence import AblationEvidence
from auditor.probing.ablation import ablate_concept, random_rotations
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.sense_probe import ProbeDirections, probe_concept
from tests.backends.tiny_checkpoint import write_tiny_checkpoint
from tests.probing.planted import (
    CONCEPT,
    HIDDEN,
    N_LAYERS,
    PlantedModel,
    planted_concept,
    planted_model,
    planted_plan,
)

PLANTED_AT = 3
N_RANDOM = 20


@pytest.fixture(scope="module")
def model() -> PlantedModel:
    return planted_model(PLANTED_AT)


@pytest.fixture(scope="module")
def blocks(model: PlantedModel) -> DecoderBlocks:
    return find_decoder_blocks(model.module)


@pytest.fixture(scope="module")
def directions() -> ProbeDirections:
    """Where the concept was planted."""
    vectors = np.zeros((N_LAYERS + 1, HIDDEN))
    vectors[:, CONCEPT] = 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ProbeDirections(vectors=vectors, midpoints=np.zeros(N_LAYERS + 1))


def _ablated(
    model: Any,
    blocks: DecoderBlocks,
    directions: ProbeDirections,
    *,
    from_layer: int,
    **settings: int,
) -> AblationEvidence:
    return ablate_concept(
        model,
        blocks,
        planted_concept(),
        planted_plan(),
        directions,
        from_layer=from_layer,
        **{"seed": 0, **settings},
    )


def _means(evidence: AblationEvidence) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for row in evidence.rows:
        values[row.direction].append(row.log_odds)
    return {direction: float(np.mean(some)) for direction, some in values.items()}


@pytest.mark.parametrize("from_layer", [0, PLANTED_AT, N_LAYERS - 1])
def test_the_planted_direction_carries_the_score(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections, from_layer: int
) -> None:
    means = _means(_ablated(model, blocks, directions, from_layer=from_layer))
    # The last block reads it, so the state after the last but one is the last that counts.
    before, after = means.pop("none"), means.pop("probe")
    assert before - after > 4
    assert len(means) == N_RANDOM
    for random in means.values():
        assert random == pytest.approx(before, abs=0.5)


def test_the_direction_that_the_probe_finds_carries_the_score(
    model: PlantedModel, blocks: DecoderBlocks
) -> None:
    plan = replace(planted_plan(), n_shuffles=1)
    _, _, found = probe_concept(model, blocks, planted_concept(), plan, seed=0)
    means = _means(_ablated(model, blocks, found, from_layer=PLANTED_AT))
    before, after = means.pop("none"), means.pop("probe")
    changes = [abs(random - before) for random in means.values()]
    assert before - after > 2 * max(changes)


def test_behind_the_last_reader_nothing_changes(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections
) -> None:
    means = _means(_ablated(model, blocks, directions, from_layer=N_LAYERS))
    assert list(means.values()) == pytest.approx([means["none"]] * (N_RANDOM + 2), abs=1e-4)


def test_the_midpoint_is_where_states_are_moved_to(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections
) -> None:
    """What was removed can be put back: the removal is towards a point, not towards nothing."""
    moved = replace(directions, midpoints=np.full(N_LAYERS + 1, 8.0))
    low = _means(_ablated(model, blocks, directions, from_layer=PLANTED_AT))
    high = _means(_ablated(model, blocks, moved, from_layer=PLANTED_AT))
    assert high["probe"] > low["probe"] + 2
    assert high["none"] == pytest.approx(low["none"], abs=1e-4)


@pytest.mark.parametrize("layer", [PLANTED_AT, N_LAYERS - 1])
def test_random_directions_move_states_as_far_as_the_probes(
    model: PlantedModel, blocks: DecoderBlocks, layer: int
) -> None:
    """At the identifiers alone, in the first edited layer and in later ones."""
    vectors = np.random.default_rng(0).standard_normal((N_LAYERS + 1, HIDDEN))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = ProbeDirections(vectors=vectors, midpoints=np.ones(N_LAYERS + 1))
    direction = torch.from_numpy(vectors[layer]).float()
    n_variants = N_RANDOM + 2
    before: list[Tensor] = []
    after: list[Tensor] = []
    with ExitStack() as hooks:
        # The edit's own hook comes after this one, and before the next block.
        made = blocks.blocks[layer - 1].register_forward_hook(
            lambda _, __, output: before.append(output)
        )
        hooks.callback(made.remove)
        read = blocks.blocks[layer].register_forward_pre_hook(lambda _, args: after.append(args[0]))
        hooks.callback(read.remove)
        _ablated(model, blocks, directions, from_layer=PLANTED_AT)
    n_passes = 0
    for old, new in zip(before, after, strict=True):
        if len(old) % n_variants:
            continue
        n_passes += 1
        new = new.reshape(-1, n_variants, *new.shape[1:])
        lengths = (new - old.reshape(new.shape)).norm(dim=-1)
        of_probe = lengths[:, 1]
        is_moved = of_probe > 1e-4
        assert 0 < is_moved.float().mean() < 0.5
        assert lengths[:, 0].abs().max() == 0
        for random in range(2, n_variants):
            torch.testing.assert_close(lengths[:, random], of_probe, atol=1e-4, rtol=1e-3)
        projections = new[:, 1][is_moved] @ direction
        torch.testing.assert_close(projections, torch.ones_like(projections))
    assert n_passes > 0


def test_only_the_first_stimuli_are_scored(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections
) -> None:
    evidence = ablate_concept(
        model,
        blocks,
        planted_concept(),
        replace(planted_plan(), n_ablated_stimuli=3, n_random_directions=2),
        directions,
        from_layer=1,
        seed=0,
    )
    items = planted_concept().associations
    clusters = list(dict.fromkeys(item.cluster for item in items))[:3]
    expected = [item.item_id for item in items if item.cluster in clusters]
    assert [row.item_id for row in evidence.rows if row.direction == "none"] == expected
    assert {row.direction for row in evidence.rows} == {"none", "probe", "random-01", "random-02"}
    assert len(evidence.rows) == 4 * len(expected)
    assert evidence.from_layer == 1


def test_the_size_of_a_pass_does_not_matter(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections
) -> None:
    whole = _ablated(model, blocks, directions, from_layer=2)
    single = _ablated(model, blocks, directions, from_layer=2, pass_tokens=1)
    assert [row.item_id for row in single.rows] == [row.item_id for row in whole.rows]
    assert [row.log_odds for row in single.rows] == pytest.approx(
        [row.log_odds for row in whole.rows], abs=1e-4
    )


def test_chance_comes_from_the_seed_alone(
    model: PlantedModel, blocks: DecoderBlocks, directions: ProbeDirections
) -> None:
    one = _ablated(model, blocks, directions, from_layer=2)
    torch.manual_seed(5)
    assert _ablated(model, blocks, directions, from_layer=2) == one
    other = _means(_ablated(model, blocks, directions, from_layer=2, seed=1))
    first = _means(one)
    assert other["probe"] == first["probe"]
    assert other["random-01"] != first["random-01"]


class _Refusing(nn.Module):
    """A body that keeps no cache."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, **inputs: Any) -> Any:
        if inputs.get("use_cache"):
            raise TypeError("no cache")
        return self.body(**inputs)


@pytest.mark.parametrize("family", ["llama", "gemma2"])
def test_answers_that_name_identifiers_give_the_same_with_and_without_a_cache(
    tmp_path_factory: pytest.TempPathFactory, family: str
) -> None:
    folder = write_tiny_checkpoint(tmp_path_factory.mktemp("ablation") / family, family)
    model = TransformersModel(folder, OpenOptions(n_threads=1, dtype="float32"))
    blocks = find_decoder_blocks(model.module)
    concept = replace(planted_concept(), associations=_named_answers())
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((len(blocks.blocks) + 1, 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = ProbeDirections(vectors=vectors, midpoints=rng.standard_normal(len(vectors)))
    shared, whole = (
        ablate_concept(
            model,
            each,
            concept,
            replace(planted_plan(), n_random_directions=3),
            directions,
            from_layer=1,
            seed=0,
        )
        for each in (blocks, replace(blocks, body=_Refusing(blocks.body)))
    )
    values = [(row.log_odds, row.log_likelihood) for row in shared.rows]
    np.testing.assert_allclose(
        values, [(row.log_odds, row.log_likelihood) for row in whole.rows], atol=1e-3, rtol=1e-4
    )
    for item in concept.associations:
        rows = {row.direction: row for row in shared.rows if row.item_id == item.item_id}
        (expected,) = model.log_likelihoods([_prompt(item)])
        assert rows["none"].log_odds == pytest.approx(
            expected.values[0] - expected.values[1], abs=1e-3
        )
        assert rows["none"].log_likelihood == pytest.approx(sum(expected.values) / 2, abs=1e-3)
        assert abs(rows["probe"].log_likelihood - rows["none"].log_likelihood) > 1e-2


def _named_answers() -> tuple[Item, ...]:
    """Items whose answers name the identifiers, as those of the battery do."""
    return tuple(
        replace(
            item,
            continuations=("black: one\nwhite: the other", "black: the other\nwhite: one"),
        )
        for item in planted_concept().associations[:4]
    )


def _prompt(item: Item) -> Prompt:
    return Prompt(
        prompt_id="p",
        item_id=item.item_id,
        mode="log-likelihood",
        text=item.text,
        continuations=item.continuations,
    )


def test_rotations_keep_lengths_and_angles_between_layers() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((5, 40))
    vectors[2] = 0
    for turned in random_rotations(vectors, 4, rng):
        np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, rtol=1e-4, atol=1e-4)
        assert np.abs(turned - vectors).max() > 0.1


def test_rotations_point_everywhere_alike() -> None:
    """The mean of isotropic unit vectors is 0, and their second moments are 1 / hidden."""
    vectors = np.eye(6)[:2]
    turned = random_rotations(vectors, 4000, np.random.default_rng(0))[:, 0]
    np.testing.assert_allclose(turned.mean(axis=0), np.zeros(6), atol=0.04)
    np.testing.assert_allclose(turned.T @ turned / 4000, np.eye(6) / 6, atol=0.02)


def test_more_layers_than_the_hidden_size_has_are_turned_too() -> None:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((9, 4))
    (turned,) = random_rotations(vectors, 1, rng)
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, rtol=1e-3, atol=1e-4)
