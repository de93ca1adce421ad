"""States read in words, in a model whose concept was planted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch

from auditor.backends import resolve_model
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.layer_evidence import WordReading
from auditor.core.senses import Concept, KnownAnswer, Mention, ReadingPrompt
from auditor.probing.decoder_blocks import find_decoder_blocks
from auditor.probing.patchscope import MAX_CHARACTERS, choose_sentences, read_in_words
from tests.probing.planted import (
    N_LAYERS,
    PlantedModel,
    planted_concept,
    planted_model,
    planted_plan,
    planted_senses,
)

_PLANTED_AT = 3
_READINGS = (
    ReadingPrompt(prompt_id="r1", text="What does {slot} mean here ?", reply_prefix="It means"),
    ReadingPrompt(prompt_id="r2", text="{slot} refers to one", reply_prefix="It refers to"),
    ReadingPrompt(prompt_id="r3", text="Say what {slot} stands for", reply_prefix="It means"),
)


def _known_answers(concept: Concept) -> tuple[KnownAnswer, ...]:
    """Sentences of both senses, as if only one answer were right about each."""
    answers = {"social": "people", "other": "colours"}
    return tuple(
        KnownAnswer(
            mention=replace(each.mention, mention_id=f"known/{number:02}"),
            answers=(answers[each.sense], "neither"),
        )
        for number, each in enumerate(concept.sentences[-8:])
    )


def _read(
    model: PlantedModel, known_answers: Sequence[KnownAnswer] = (), **changes: Any
) -> tuple[WordReading, ...]:
    return read_in_words(
        model,
        find_decoder_blocks(model.module),
        planted_concept(),
        _READINGS,
        known_answers,
        replace(planted_plan(), n_read_pairs=6, **changes),
    )


@pytest.fixture(scope="module")
def readings() -> tuple[WordReading, ...]:
    return _read(planted_model(_PLANTED_AT), _known_answers(planted_concept()))


def test_the_sense_is_named_from_the_layer_on_that_holds_it(
    readings: tuple[WordReading, ...],
) -> None:
    held = [each for each in readings if each.kind == "sense" and each.layer >= _PLANTED_AT]
    assert len(held) == 12 * (N_LAYERS + 1 - _PLANTED_AT)
    for each in held:
        assert (each.names_social, each.names_other) == (
            each.sense == "social",
            each.sense == "other",
        )


def test_before_it_is_held_no_reading_tells_the_senses_apart(
    readings: tuple[WordReading, ...],
) -> None:
    early = [each for each in readings if each.kind == "sense" and each.layer < _PLANTED_AT]
    named = {
        sense: [each.names_social for each in early if each.sense == sense]
        for sense in ("social", "other")
    }
    assert named["social"] == named["other"]


def test_known_answers_are_right_where_they_are_read(readings: tuple[WordReading, ...]) -> None:
    known = [each for each in readings if each.kind == "known-answer"]
    right = {
        layer: [each.is_right for each in known if each.layer == layer]
        for layer in range(N_LAYERS + 1)
    }
    assert all(right[layer] == [True] * 8 for layer in range(_PLANTED_AT, N_LAYERS + 1))
    assert all(right[layer].count(True) <= 4 for layer in range(_PLANTED_AT))
    assert all(each.sense is None for each in known)
    assert all(each.is_right is None for each in readings if each.kind == "sense")


def test_without_the_concept_nothing_is_named() -> None:
    blank = _read(planted_model(_PLANTED_AT, strength=0), n_patched_layers=2)
    named = {
        sense: [(each.names_social, each.names_other) for each in blank if each.sense == sense]
        for sense in ("social", "other")
    }
    assert named["social"] == named["other"]


def test_every_source_is_read_at_every_chosen_layer() -> None:
    read = _read(planted_model(), _known_answers(planted_concept()), n_patched_layers=3)
    assert [each.layer for each in read] == sorted(each.layer for each in read)
    assert {each.layer for each in read} == {0, 3, 6}
    assert len(read) == 3 * (12 + 8)
    assert len({(each.layer, each.mention_id) for each in read}) == len(read)


def test_both_sentences_of_a_pair_have_one_word_and_one_prompt() -> None:
    concept = planted_concept()
    sources = choose_sentences(concept, _READINGS, 6)
    pairs = [sources[start : start + 2] for start in range(0, 12, 2)]
    for left, right in pairs:
        assert left.mention.cluster == right.mention.cluster
        assert left.mention.word == right.mention.word
        assert left.prompt == right.prompt
        assert {left.sense, right.sense} == {"social", "other"}
    assert len({(left.mention.word, left.prompt.prompt_id) for left, _ in pairs}) == 6


def test_more_pairs_than_there_are_is_all_of_them() -> None:
    concept = planted_concept()
    assert len(choose_sentences(concept, _READINGS, 10_000)) == len(concept.sentences) / 2


def test_nothing_to_read_is_no_reading() -> None:
    concept, model = replace(planted_concept(), sentences=()), planted_model()
    blocks = find_decoder_blocks(model.module)
    assert read_in_words(model, blocks, concept, _READINGS, (), planted_plan()) == ()


def test_the_same_again_whatever_chance_says(readings: tuple[WordReading, ...]) -> None:
    torch.manual_seed(99)
    assert _read(planted_model(_PLANTED_AT), _known_answers(planted_concept())) == readings


def test_no_hook_stays_behind() -> None:
    model = planted_model()
    _read(model, n_patched_layers=2)
    assert not any(
        each._forward_hooks or each._forward_pre_hooks for each in model.module.modules()
    )


def test_the_stimuli_of_the_planted_model_are_read() -> None:
    senses, model = planted_senses(), planted_model()
    read = read_in_words(
        model,
        find_decoder_blocks(model.module),
        senses.concepts[0],
        senses.readings,
        senses.known_answers,
        senses.plan,
    )
    assert {each.prompt_id for each in read} == {"r1"}


@dataclass(frozen=True, slots=True)
class _HostileTokenizer:
    """Decodes whatever was written to text that no file could hold."""

    real: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.real(*args, **kwargs)

    def decode(self, *_: Any, **__: Any) -> str:
        """A lone surrogate, and far too much."""
        return "\ud800<script>" + "z" * 10_000


def test_hostile_text_is_bounded_and_can_be_stored() -> None:
    model = planted_model()
    hostile = PlantedModel(module=model.module, tokenizer=_HostileTokenizer(model.tokenizer))
    for each in _read(hostile, n_patched_layers=2):
        assert len(each.text) == MAX_CHARACTERS
        assert each.text.encode("utf-8").startswith(b"\xef\xbf\xbd<script>")


_REAL_PROMPTS = (
    ReadingPrompt(
        prompt_id="explain",
        text='Please explain "{slot}" in one sentence.',
        reply_prefix="Sure. The word refers to",
    ),
    ReadingPrompt(
        prompt_id="refer", text='What does "{slot}" refer to?', reply_prefix="It refers to"
    ),
)
_REAL_ANSWERS = (
    ("They flew from Berlin to Paris", "Paris", ("france", "french", "city", "capital")),
    ("Her train was two hours late into Tokyo", "Tokyo", ("japan", "japanese", "city")),
    ("From the shore we watched the whale", "whale", ("animal", "sea", "ocean", "mammal")),
    ("Every evening he practised the violin", "violin", ("instrument", "music", "musical")),
    ("For breakfast she peeled a banana", "banana", ("fruit", "fruits", "food")),
    ("The surgeon was called to the hospital", "hospital", ("medical", "doctors", "healthcare")),
)


@pytest.mark.slow
def test_a_real_model_is_read_in_its_middle_and_not_at_its_end() -> None:
    """Seen: 0.67 at the embeddings, 0.83 in the middle, 0 at the end; 0.03 by chance."""
    path = resolve_model("demo").path
    assert path is not None
    model = TransformersModel(path, OpenOptions(n_threads=1))
    known_answers = tuple(
        KnownAnswer(
            mention=Mention(mention_id=f"known/{word}", text=text, word=word, cluster=word),
            answers=answers,
        )
        for text, word, answers in _REAL_ANSWERS
    )
    read = read_in_words(
        model,
        find_decoder_blocks(model.module),
        replace(planted_concept(), sentences=()),
        _REAL_PROMPTS,
        known_answers,
        replace(planted_plan(), n_patched_layers=3),
    )
    right = {
        layer: sum(bool(each.is_right) for each in read if each.layer == layer)
        for layer in (0, 15, 30)
    }
    assert right[0] >= 3
    assert right[15] >= 4
    assert right[30] <= 1
