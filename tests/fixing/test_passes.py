"""A shared row gives each sequence's own numbers, forwards and backwards."""

import pytest
import torch

from auditor.core.encoding import EncodedPrompt
from auditor.fixing.passes import Passes, choose_passes
from tests.probing.tiny_models import HIDDEN, build_network

PROMPTS = [
    EncodedPrompt(prompt_ids=(3, 4, 5, 6), continuation_ids=((7, 8, 9), (7, 9, 8, 10))),
    EncodedPrompt(prompt_ids=(3, 4, 11), continuation_ids=((7, 8), (12, 8))),
    EncodedPrompt(prompt_ids=(20, 4, 11, 9, 31), continuation_ids=((40,), (41,))),
]
SEQUENCES = [each.prompt_ids + ids for each in PROMPTS for ids in each.continuation_ids]


def by_hand(network: torch.nn.Module, prompt: EncodedPrompt, index: int) -> torch.Tensor:
    ids = prompt.continuation_ids[index]
    whole = torch.tensor([prompt.prompt_ids + ids])
    log_p = network(input_ids=whole).logits[0].log_softmax(-1)
    start = len(prompt.prompt_ids)
    return torch.stack([log_p[start + i - 1, token] for i, token in enumerate(ids)]).sum()


@pytest.mark.parametrize("packs", [True, False])
@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma2", "gemma3_text", "gpt2", "gpt_neox"])
def test_log_likelihoods_are_those_of_the_sequence_alone(family: str, packs: bool) -> None:
    network = build_network(family)
    predicted = Passes(module=network, packs=packs).predict(PROMPTS)
    for number, prompt in enumerate(PROMPTS):
        for index in range(2):
            expected = by_hand(network, prompt, index)
            assert predicted.log_likelihood(number, index).item() == pytest.approx(
                expected.item(), abs=1e-4
            )


def test_gradients_are_those_of_the_sequences_alone() -> None:
    network = build_network("llama")
    weight = network.model.layers[0].self_attn.v_proj.weight
    gradients = []
    for packs in (True, False):
        predicted = Passes(module=network, packs=packs).predict(PROMPTS)
        odds = predicted.log_likelihood(0, 0) - predicted.log_likelihood(1, 1)
        (gradient,) = torch.autograd.grad(odds**2, weight)
        gradients.append(gradient)
    odds = by_hand(network, PROMPTS[0], 0) - by_hand(network, PROMPTS[1], 1)
    (expected,) = torch.autograd.grad(odds**2, weight)
    for gradient in gradients:
        torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("packs", [True, False])
def test_the_state_at_the_last_token(packs: bool) -> None:
    network = build_network("llama")
    states = Passes(module=network, packs=packs).read_last(network.model.layers[1], SEQUENCES)
    assert states.shape == (len(SEQUENCES), HIDDEN)
    for state, ids in zip(states, SEQUENCES, strict=True):
        hidden = network(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states
        torch.testing.assert_close(state, hidden[2][0, -1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("family", "packs"), [("llama", True), ("gemma2", True), ("bloom", False), ("mamba", False)]
)
def test_rows_are_shared_only_where_that_gives_a_networks_own_numbers(
    family: str, packs: bool
) -> None:
    network = build_network(family)
    passes = choose_passes(network, SEQUENCES)
    assert passes.packs == packs
    expected = by_hand(network, PROMPTS[0], 1).item()
    assert passes.predict(PROMPTS).log_likelihood(0, 1).item() == pytest.approx(expected, abs=1e-4)


def test_rows_beyond_a_sliding_window_are_not_shared() -> None:
    longer = [tuple(range(3, 40)), (*range(3, 20), *range(30, 60))]
    assert not choose_passes(build_network("gemma3_text"), longer).packs
    assert choose_passes(build_network("gemma3_text"), [ids[:9] for ids in longer]).packs


def test_no_hook_stays_behind() -> None:
    network = build_network("llama")
    passes = Passes(module=network, packs=True)
    passes.predict(PROMPTS)
    passes.read_last(network.model.layers[0], SEQUENCES)
    with pytest.raises(IndexError):
        passes.predict([EncodedPrompt(prompt_ids=(1,), continuation_ids=((99_999, 4),))])
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in network.modules())
