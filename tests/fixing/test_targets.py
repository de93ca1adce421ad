"""Where an adapter goes in a network, and what is said where it cannot."""

import peft
import pytest
from torch import nn

from auditor.errors import FixNotTrained
from auditor.fixing.targets import find_targets
from tests.probing.tiny_models import HIDDEN, N_LAYERS, build_network


def test_layers_are_found_block_by_block() -> None:
    targets = find_targets(build_network("llama"), ("q_proj", "v_proj"))
    assert targets.blocks == "model.layers"
    assert targets.names[1] == (
        "model.layers.1.self_attn.q_proj",
        "model.layers.1.self_attn.v_proj",
    )
    # q: 32 × 32; v: 2 of 4 heads.
    assert targets.costs == (2 * HIDDEN + HIDDEN + HIDDEN // 2,) * N_LAYERS
    assert not targets.is_transposed


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("gpt2", ("attn.c_attn", "mlp.c_proj")),
        ("gpt_neox", ("query_key_value",)),
        ("opt", ("q_proj", "fc2")),
        ("gemma3_text", ("q_proj", "o_proj")),
    ],
)
def test_layers_of_other_families(family: str, names: tuple[str, ...]) -> None:
    targets = find_targets(build_network(family), names)
    assert [len(each) for each in targets.names] == [len(names)] * N_LAYERS
    assert targets.is_transposed == (family == "gpt2")


def test_the_end_of_a_name_is_a_whole_part_of_it() -> None:
    with pytest.raises(FixNotTrained):
        find_targets(build_network("llama"), ("proj",))


def test_missing_layers_are_named_with_those_there_are() -> None:
    with pytest.raises(FixNotTrained, match="GPTNeoXForCausalLM has no linear layers v_proj") as e:
        find_targets(build_network("gpt_neox"), ("dense", "v_proj"))
    assert "gpt_neox.layers" in str(e.value)
    assert "choose target modules among attention.query_key_value, attention.dense" in str(e.value)


def test_a_tower_of_another_length_is_left_alone() -> None:
    network = build_network("llama")
    other = build_network("llama", num_hidden_layers=2)
    network.vision = other.model
    targets = find_targets(network, ("q_proj",))
    assert targets.blocks == "model.layers"
    network.vision.layers.append(other.model.layers[0])
    with pytest.raises(FixNotTrained, match=r"do not stand out .*model\.layers, vision\.layers"):
        find_targets(network, ("q_proj",))


def test_a_network_without_blocks() -> None:
    network = build_network("llama")
    network.model.layers = nn.ModuleList()
    with pytest.raises(FixNotTrained, match="it has no lists of them"):
        find_targets(network, ("q_proj",))


def test_a_model_with_an_adapter_is_not_trained_further() -> None:
    network = build_network("llama")
    peft.inject_adapter_in_model(peft.LoraConfig(target_modules=["q_proj"]), network)
    with pytest.raises(FixNotTrained, match="open the model without the adapter"):
        find_targets(network, ("q_proj",))
