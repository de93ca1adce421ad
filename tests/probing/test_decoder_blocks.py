from typing import Any

import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model
from torch import nn

from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import ListShape, choose_list, find_decoder_blocks
from tests.probing.tiny_models import FAMILIES, HIDDEN, N_LAYERS, build_network

NAMES = {
    "gpt2": "transformer.h",
    "bloom": "transformer.h",
    "gpt_neox": "gpt_neox.layers",
    "opt": "model.decoder.layers",
    "mamba": "backbone.layers",
}


def shape(name: str, length: int = 3, class_name: str | None = "Block") -> ListShape:
    return ListShape(name=name, length=length, class_name=class_name)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_keeps_its_blocks_where_they_are_found(family: str) -> None:
    network = build_network(family)
    found = find_decoder_blocks(network)
    body: Any = found.body
    assert found.name == NAMES.get(family, "model.layers")
    assert found.blocks == tuple(network.get_submodule(found.name))
    assert len(found.blocks) == N_LAYERS
    assert found.embeddings is network.get_input_embeddings()
    assert body.get_output_embeddings() is None
    assert body is not network


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
def test_adapters_around_the_network_hide_nothing() -> None:
    network = build_network("llama")
    wrapped = get_peft_model(network, LoraConfig(target_modules=["q_proj"], r=2))
    found = find_decoder_blocks(wrapped)
    assert found.name == "base_model.model.model.layers"
    assert found.body is network.model


def test_the_text_half_of_a_model_that_also_sees_is_read() -> None:
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    config = transformers.Gemma3Config(
        text_config={**sizes, "num_hidden_layers": 3, "num_key_value_heads": 2, "head_dim": 8},
        vision_config={**sizes, "num_hidden_layers": 3, "image_size": 28, "patch_size": 14},
    )
    network = transformers.Gemma3ForConditionalGeneration(config)
    found = find_decoder_blocks(network)
    assert found.name == "model.language_model.layers"
    assert found.body is network.model.language_model


def test_hybrid_blocks_under_a_usual_name_may_be_of_several_classes() -> None:
    assert choose_list([shape("model.layers", class_name=None)], 3) == "model.layers"


@pytest.mark.parametrize(
    ("shapes", "name"),
    [
        ([shape("core.stack"), shape("core.stack.0.experts")], "core.stack"),
        ([shape("core.stack"), shape("core.towers", 4)], "core.stack"),
        ([shape("core.stack"), shape("core.mixed", class_name=None)], "core.stack"),
        ([shape("core.stack"), shape("vision.stack")], None),
        ([shape("core.stack", 2)], None),
        ([shape("core.stack", class_name=None)], None),
        ([shape("vision.stack"), shape("model.layers")], "model.layers"),
        ([shape("vision_model.layers"), shape("wrap.model.layers")], "wrap.model.layers"),
        ([shape("model.layers", 5), shape("core.stack")], "core.stack"),
        ([], None),
    ],
)
def test_unusual_lists_are_told_apart_by_structure(
    shapes: list[ListShape], name: str | None
) -> None:
    assert choose_list(shapes, 3) == name


@given(
    st.lists(
        st.builds(
            shape,
            st.sampled_from(["model.layers", "a.b", "a.b.0.c", "transformer.h", "vision.layers"]),
            st.integers(1, 4),
            st.sampled_from(["Block", None]),
        ),
        unique_by=lambda each: each.name,
    ),
    st.integers(1, 4),
)
def test_what_is_chosen_has_as_many_members_as_the_model_has_layers(
    shapes: list[ListShape], n_layers: int
) -> None:
    name = choose_list(shapes, n_layers)
    assert name is None or {each.name: each.length for each in shapes}[name] == n_layers


class Unusual(nn.Module):
    """Two towers of the same depth, so nothing tells which one decodes."""

    def __init__(self) -> None:
        super().__init__()
        self.config: Any = transformers.LlamaConfig(num_hidden_layers=2)
        self.words = nn.Embedding(5, HIDDEN)
        self.left = nn.ModuleList([nn.Linear(HIDDEN, HIDDEN) for _ in range(2)])
        self.right = nn.ModuleList([nn.Linear(HIDDEN, HIDDEN) for _ in range(2)])

    def get_input_embeddings(self) -> nn.Module:
        return self.words


def test_an_open_choice_names_the_lists_and_the_option_that_decides() -> None:
    with pytest.raises(LayersNotFound) as caught:
        find_decoder_blocks(Unusual())
    assert str(caught.value) == (
        "No one list of 2 decoder blocks stands out in Unusual. Its module lists are "
        "left (2 × Linear), right (2 × Linear); say which one it is with --layers-at NAME."
    )


def test_the_user_decides() -> None:
    module = Unusual()
    found = find_decoder_blocks(module, path="right")
    assert found.name == "right"
    assert found.blocks == tuple(module.right)
    assert found.embeddings is module.words
    assert found.body is module


@pytest.mark.parametrize("path", ["model.layer", "model.embed_tokens", "", "model.layers.0"])
def test_a_path_to_no_list_names_those_there_are(path: str) -> None:
    with pytest.raises(LayersNotFound) as caught:
        find_decoder_blocks(build_network("llama"), path=path)
    assert f"at {path!r}. Its module lists are model.layers (3 × LlamaDecoderLayer); name one" in (
        str(caught.value)
    )


def test_a_model_without_lists_names_its_modules() -> None:
    module = nn.Module()
    module.reader = nn.Linear(2, 2)
    with pytest.raises(LayersNotFound, match=r"It has no module lists, only reader \(Linear\); "):
        find_decoder_blocks(module)


def test_names_are_many_but_the_message_is_not() -> None:
    module = nn.Module()
    for number in range(40):
        module.add_module(f"stack{number}", nn.ModuleList([nn.Identity()]))
    with pytest.raises(LayersNotFound, match="and 28 more"):
        find_decoder_blocks(module)


def test_blocks_without_embeddings_belong_to_no_language_model() -> None:
    with pytest.raises(LayersNotFound, match="does not say where its token embeddings are"):
        find_decoder_blocks(nn.Sequential(nn.ModuleList([nn.Identity()])), path="0")
