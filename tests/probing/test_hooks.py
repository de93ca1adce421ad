from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.hooks import edit_states, record_states
from tests.probing.tiny_models import ATTENTION_FAMILIES, HIDDEN, N_LAYERS, build_network

IDS = torch.tensor([[5, 9, 30, 7, 5, 61], [8, 8, 2, 71, 3, 3]])


def keep_all(state: Tensor) -> Tensor:
    return state


def hooks_of(network: nn.Module) -> int:
    return sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks) for module in network.modules()
    )


@contextmanager
def leaves_no_hook(network: nn.Module) -> Iterator[None]:
    before = hooks_of(network)
    yield
    assert hooks_of(network) == before


class InTuples(nn.Module):
    """A block as transformers 4 wrote them: its state comes first in a tuple."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, hidden_states: Tensor) -> tuple[Tensor, str]:
        return self.block(hidden_states), "cache"


class TupleNetwork(nn.Module):
    """Three blocks that take their state by name and put out tuples."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(80, HIDDEN)
        self.blocks = nn.ModuleList(InTuples(nn.Linear(HIDDEN, HIDDEN)) for _ in range(3))

    def forward(self, ids: Tensor) -> Tensor:
        state: Tensor = self.words(ids)
        for block in self.blocks:
            state, beside = block(hidden_states=state)
            assert beside == "cache"
        return state

    def located(self) -> DecoderBlocks:
        return DecoderBlocks(
            name="blocks", blocks=tuple(self.blocks), embeddings=self.words, body=self
        )


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_recorded_states_are_those_of_transformers(family: str, dtype: torch.dtype) -> None:
    network = build_network(family).to(dtype)
    blocks = find_decoder_blocks(network)
    with torch.inference_mode(), record_states(blocks, keep_all) as states:
        expected = network(IDS, output_hidden_states=True, use_cache=False).hidden_states
    assert len(states) == len(expected) == N_LAYERS + 1
    for recorded, own in zip(states[:-1], expected[:-1], strict=True):
        assert torch.equal(recorded, own)
    assert states[0].dtype == dtype


@pytest.mark.parametrize(
    ("family", "norm"),
    [
        ("llama", "model.norm"),
        ("qwen2", "model.norm"),
        ("gemma2", "model.norm"),
        ("gemma3_text", "model.norm"),
        ("gpt2", "transformer.ln_f"),
        ("gpt_neox", "gpt_neox.final_layer_norm"),
        ("opt", "model.decoder.final_layer_norm"),
        ("bloom", "transformer.ln_f"),
    ],
)
def test_the_last_state_is_the_one_before_the_final_norm(family: str, norm: str) -> None:
    network = build_network(family)
    with torch.inference_mode(), record_states(find_decoder_blocks(network), keep_all) as states:
        expected = network(IDS, output_hidden_states=True, use_cache=False).hidden_states[-1]
        assert torch.equal(network.get_submodule(norm)(states[-1]), expected)
    assert not torch.allclose(states[-1], expected)


def test_gemmas_layer_0_is_scaled_as_it_enters_the_first_block() -> None:
    network = build_network("gemma2")
    with torch.inference_mode(), record_states(find_decoder_blocks(network), keep_all) as states:
        network(IDS)
        bare = network.model.embed_tokens.weight[IDS]
    torch.testing.assert_close(states[0], bare * HIDDEN**0.5)


def test_every_pass_adds_its_states_in_the_order_of_the_layers() -> None:
    network = build_network("llama")
    with torch.inference_mode(), record_states(find_decoder_blocks(network), keep_all) as states:
        network(IDS)
        network(IDS[:1])
    assert [len(state) for state in states] == [2] * (N_LAYERS + 1) + [1] * (N_LAYERS + 1)


def test_only_what_is_kept_is_held() -> None:
    blocks = find_decoder_blocks(build_network("llama"))
    with torch.inference_mode(), record_states(blocks, lambda state: state[:, -1].clone()) as kept:
        blocks.body(IDS)
    assert {tuple(state.shape) for state in kept} == {(2, HIDDEN)}


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
@pytest.mark.parametrize("layer", range(N_LAYERS + 1))
def test_an_edit_takes_the_place_of_its_layer_and_of_no_earlier_one(
    family: str, layer: int
) -> None:
    blocks = find_decoder_blocks(build_network(family))
    shift = torch.linspace(-1, 1, HIDDEN)
    with torch.inference_mode():
        with record_states(blocks, keep_all) as plain:
            blocks.body(IDS)
        with (
            edit_states(blocks, {layer: lambda state: state + shift}),
            record_states(blocks, keep_all) as edited,
        ):
            blocks.body(IDS)
    for before, after in zip(plain[:layer], edited[:layer], strict=True):
        assert torch.equal(before, after)
    assert torch.equal(edited[layer], plain[layer] + shift)
    for before, after in zip(plain[layer + 1 :], edited[layer + 1 :], strict=True):
        assert not torch.allclose(before, after)


@pytest.mark.parametrize("layer", range(N_LAYERS + 1))
def test_putting_another_texts_state_in_gives_the_other_texts_end(layer: int) -> None:
    """All later layers compute from the new state alone."""
    network = build_network("llama")
    blocks = find_decoder_blocks(network)
    with torch.inference_mode():
        with record_states(blocks, keep_all) as source:
            expected = network(IDS[:1]).logits
        with edit_states(blocks, {layer: lambda _: source[layer]}):
            assert torch.equal(network(IDS[1:]).logits, expected)


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
def test_editing_nothing_changes_nothing(family: str) -> None:
    network = build_network(family)
    blocks = find_decoder_blocks(network)
    with torch.inference_mode():
        expected = network(IDS).logits
        with edit_states(blocks, dict.fromkeys(range(N_LAYERS + 1), keep_all)):
            assert torch.equal(network(IDS).logits, expected)
        with edit_states(blocks, {}):
            assert torch.equal(network(IDS).logits, expected)


def test_blocks_that_put_out_tuples_are_read_and_edited() -> None:
    network = TupleNetwork()
    blocks = network.located()
    double: Callable[[Tensor], Tensor] = lambda state: state * 2  # noqa: E731
    with torch.inference_mode():
        first = network.words(IDS)
        second = network.blocks[0].get_submodule("block")(first * 2)
        with (
            edit_states(blocks, {0: double, 3: double}),
            record_states(blocks, keep_all) as states,
        ):
            end = network(IDS)
    assert torch.equal(states[0], first * 2)
    assert torch.equal(states[1], second)
    assert torch.equal(states[3], end)
    assert len(states) == 4


def test_an_edit_of_another_type_is_converted() -> None:
    blocks = find_decoder_blocks(build_network("llama").to(torch.bfloat16))
    with (
        torch.inference_mode(),
        edit_states(blocks, {1: lambda state: state.float() + 1}),
        record_states(blocks, keep_all) as states,
    ):
        blocks.body(IDS)
    assert {state.dtype for state in states} == {torch.bfloat16}


def test_a_recording_inside_an_edit_leaves_what_was_recorded_outside_alone() -> None:
    blocks = find_decoder_blocks(build_network("llama"))
    with torch.inference_mode():
        with record_states(blocks, keep_all) as plain:
            blocks.body(IDS)
        with (
            record_states(blocks, keep_all) as outer,
            edit_states(blocks, {2: torch.zeros_like}),
            record_states(blocks, keep_all) as inner,
        ):
            blocks.body(IDS)
    assert torch.equal(outer[2], plain[2])
    assert inner[2].count_nonzero() == 0


class Unlucky(Exception):
    """Not one of ours: it must pass through as it is."""


def fail(_: Any) -> Any:
    raise Unlucky


class Refusing(nn.Identity):
    """A block at which no hook can be registered."""

    def register_forward_hook(self, *_: Any, **__: Any) -> Any:
        raise Unlucky


class TestNoHookIsLeftBehind:
    network = build_network("llama")
    blocks = find_decoder_blocks(network)

    def test_after_success(self) -> None:
        with (
            leaves_no_hook(self.network),
            record_states(self.blocks, keep_all),
            edit_states(self.blocks, {1: keep_all}),
        ):
            assert hooks_of(self.network) > N_LAYERS
            self.network(IDS)

    def test_when_the_body_of_the_context_fails(self) -> None:
        with (
            leaves_no_hook(self.network),
            pytest.raises(Unlucky),
            record_states(self.blocks, keep_all),
            edit_states(self.blocks, {0: keep_all}),
        ):
            raise Unlucky

    def test_when_what_is_kept_cannot_be(self) -> None:
        with leaves_no_hook(self.network), pytest.raises(Unlucky), record_states(self.blocks, fail):
            self.network(IDS)

    @pytest.mark.parametrize("layer", range(N_LAYERS + 1))
    def test_when_an_edit_fails_within_the_pass(self, layer: int) -> None:
        with (
            leaves_no_hook(self.network),
            pytest.raises(Unlucky),
            edit_states(self.blocks, {0: keep_all, layer: fail}),
        ):
            self.network(IDS)

    def test_when_an_edit_changes_the_shape(self) -> None:
        with (
            leaves_no_hook(self.network),
            pytest.raises(ValueError, match="An edit made"),
            edit_states(self.blocks, {1: lambda state: state[:, :1]}),
        ):
            self.network(IDS)

    @pytest.mark.parametrize("layer", [-1, N_LAYERS + 1])
    def test_when_there_is_no_such_layer(self, layer: int) -> None:
        with (
            leaves_no_hook(self.network),
            pytest.raises(ValueError, match="there are 3 blocks"),
            edit_states(self.blocks, {0: keep_all, layer: keep_all}),
        ):
            pass

    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize(
        "enter",
        [
            lambda blocks: record_states(blocks, keep_all),
            lambda blocks: edit_states(blocks, dict.fromkeys(range(4), keep_all)),
        ],
    )
    def test_when_registering_fails_in_the_middle(self, place: int, enter: Any) -> None:
        network = TupleNetwork()
        network.blocks[place] = Refusing()
        with leaves_no_hook(network), pytest.raises(Unlucky), enter(network.located()):
            pass

    def test_while_an_outer_context_goes_on(self) -> None:
        with torch.inference_mode(), record_states(self.blocks, keep_all) as states:
            with (
                leaves_no_hook(self.network),
                pytest.raises(Unlucky),
                edit_states(self.blocks, {1: fail}),
            ):
                self.network(IDS)
            states.clear()
            self.network(IDS)
        assert len(states) == N_LAYERS + 1


@pytest.mark.parametrize("state", [torch.zeros(2, HIDDEN), None, (), {"hidden": 1}])
def test_what_passes_on_no_state_is_not_read(state: Any) -> None:
    class Odd(nn.Module):
        def forward(self, _: Tensor) -> Any:
            return state

    odd = Odd()
    blocks = DecoderBlocks(name="odd", blocks=(odd,), embeddings=odd, body=odd)
    with (
        leaves_no_hook(odd),
        pytest.raises(LayersNotFound, match="--layers-at NAME"),
        record_states(blocks, keep_all),
    ):
        odd(torch.zeros(1, 2, HIDDEN))
