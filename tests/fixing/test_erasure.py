"""What is erased cannot be read linearly any more, and nothing of the erasure stays behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from auditor.core.senses import Mention, Sense, SenseSentence
from auditor.errors import FixNotTrained
from auditor.fixing.erasure import erase_concepts
from auditor.fixing.reading_data import up_to_word
from auditor.fixing.targets import find_blocks
from tests.probing.planted import (
    N_LAYERS,
    NAMES,
    PlantedModel,
    planted_concept,
    planted_model,
)
from tests.probing.tiny_models import ATTENTION_FAMILIES, TinyModel, tiny_model

_FITTED = 16
"""Pairs of sentences that erasers are fitted to in some tests; the other 8 are held out."""
_SENSES: tuple[Sense, Sense] = ("social", "other")
_THINGS = ("nurse", "welder", "archer", "cook", "donor", "pilot", "typist", "guard")


@cache
def planted(layer: int = 2) -> PlantedModel:
    return planted_model(layer)


def sentences(*, held_out: bool | None = None) -> tuple[SenseSentence, ...]:
    """Of the planted concept; of its first pairs or the other ones if asked."""
    return tuple(
        each
        for each in planted_concept().sentences
        if held_out is None or (int(each.mention.cluster[-2:]) >= _FITTED) == held_out
    )


def plain_sentences(words: tuple[str, ...] = ("black", "white")) -> tuple[SenseSentence, ...]:
    """For tokenizers that know no planted markers."""
    return tuple(
        SenseSentence(
            mention=Mention(
                mention_id=f"{words[0]}/{number}/{sense}/{word}",
                text=f"The {thing if sense == 'social' else thing[::-1]} we saw was {word}",
                word=word,
                cluster=f"{words[0]}/{number}",
            ),
            sense=sense,
        )
        for number, thing in enumerate(_THINGS)
        for sense in _SENSES
        for word in words
    )


@contextmanager
def recorded(blocks: Sequence[torch.nn.Module]) -> Iterator[list[torch.Tensor]]:
    kept: list[torch.Tensor] = []
    handles = [
        block.register_forward_hook(
            lambda _, __, output: kept.append(
                output if isinstance(output, torch.Tensor) else output[0]
            )
        )
        for block in blocks
    ]
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()


def states(model: Any, senses: Sequence[SenseSentence]) -> NDArray[np.float64]:
    """(n_layers, n, hidden) at the words, by hand; each word's mean taken off."""
    found = []
    for each in senses:
        ids = torch.tensor([up_to_word(model, each)])
        with torch.no_grad(), recorded(find_blocks(model.module)) as kept:
            model.module(input_ids=ids, use_cache=False)
        found.append(np.stack([state[0, -1].double().numpy() for state in kept]))
    read = np.stack(found, axis=1)
    words = np.array([each.mention.word for each in senses])
    for word in set(words):
        read[:, words == word] -= read[:, words == word].mean(axis=1, keepdims=True)
    return read


def is_social(senses: Sequence[SenseSentence]) -> NDArray[np.bool_]:
    return np.array([each.sense == "social" for each in senses])


def offset(read: NDArray[np.float64], social: NDArray[np.bool_]) -> float:
    """How far the two senses' means are apart, against how far states are from their mean."""
    apart = read[social].mean(axis=0) - read[~social].mean(axis=0)
    return float(np.linalg.norm(apart) / np.linalg.norm(read, axis=1).mean())


def logits(model: Any, text: str) -> torch.Tensor:
    ids = model.tokenizer.encode(model.render(text), add_special_tokens=False)
    with torch.no_grad():
        found: torch.Tensor = model.module(input_ids=torch.tensor([ids])).logits
    return found


def lean(model: PlantedModel) -> float:
    """Mean log-odds of `people` against `colours` after a marker of people."""
    social, other = model.tokenizer.convert_tokens_to_ids(list(NAMES))
    odds = [
        (found[0, -1, social] - found[0, -1, other]).item()
        for found in (logits(model, item.text) for item in planted_concept().associations)
    ]
    return float(np.mean(odds))


def test_no_linear_probe_reads_the_sense_at_any_layer() -> None:
    model, senses, social = planted(), sentences(), is_social(sentences())
    before = states(model, senses)
    with erase_concepts(model, senses):
        after = states(model, senses)
    for layer in range(N_LAYERS):
        found = [
            LogisticRegression(C=1, max_iter=500).fit(read / read.std(), social)
            for read in (before[layer], after[layer])
        ]
        loss = [
            float(
                -np.log(
                    each.predict_proba(read / read.std())[np.arange(len(social)), social * 1]
                ).mean()
            )
            for each, read in zip(found, (before[layer], after[layer]), strict=True)
        ]
        assert loss[1] == pytest.approx(np.log(2), abs=1e-3)
        assert loss[0] < 0.55 or layer == 0
        assert offset(after[layer], social) < 1e-3 < offset(before[layer], social)


def test_held_out_sentences_say_less_of_the_sense() -> None:
    model, fitted, others = planted(), sentences(held_out=False), sentences(held_out=True)
    social = is_social(others)
    before = states(model, others)
    with erase_concepts(model, fitted):
        after = states(model, others)
    for layer in range(1, N_LAYERS):
        assert offset(after[layer], social) < 0.5 * offset(before[layer], social)


def test_a_bias_that_runs_through_the_concept_falls() -> None:
    model = planted()
    original = lean(model)
    assert original > 2
    with erase_concepts(model, sentences(held_out=False)):
        assert abs(lean(model)) < 0.35 * original


def test_what_has_no_say_in_a_bias_leaves_it_as_it_is() -> None:
    """A control: the same sentences, with senses that alternate from pair to pair."""
    model = planted()
    shuffled = tuple(
        replace(
            each, sense=_SENSES[(_SENSES.index(each.sense) + int(each.mention.cluster[-2:])) % 2]
        )
        for each in sentences()
    )
    original = lean(model)
    with erase_concepts(model, shuffled):
        assert lean(model) > 0.8 * original


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
def test_outputs_change_within_and_are_bit_equal_after(family: str) -> None:
    model = tiny_model(family)
    text = "The cook beside us was white and one or the other"
    before = logits(model, text)
    with erase_concepts(model, plain_sentences()) as erasure:
        assert not torch.equal(logits(model, text), before)
        assert logits(model, text).isfinite().all()
        with erasure.suspended():
            assert not erasure.is_on
            assert torch.equal(logits(model, text), before)
        assert not torch.equal(logits(model, text), before)
    assert torch.equal(logits(model, text), before)
    assert not any(each._forward_hooks for each in model.module.modules())


@pytest.mark.parametrize("family", ["llama", "gpt2", "bloom", "mamba"])
def test_every_family_is_at_chance(family: str) -> None:
    model, senses = tiny_model(family), plain_sentences()
    with erase_concepts(model, senses):
        after = states(model, senses)
    for layer in after:
        assert offset(layer, is_social(senses)) < 1e-3


def test_several_concepts_are_erased_at_once() -> None:
    model, one, other = tiny_model(), plain_sentences(), plain_sentences(("male", "female"))
    with erase_concepts(model, one):
        alone = [states(model, senses) for senses in (one, other)]
    with erase_concepts(model, (*one, *other)):
        both = [states(model, senses) for senses in (one, other)]
    for layer in range(1, 3):
        assert offset(alone[0][layer], is_social(one)) < 1e-3
        assert offset(alone[1][layer], is_social(other)) > 1e-2
        assert offset(both[0][layer], is_social(one)) < 1e-3
        assert offset(both[1][layer], is_social(other)) < 1e-3


def test_generation_with_a_cache_is_erased_alike() -> None:
    model = tiny_model()
    ids = torch.tensor([[5, 60, 7, 80, 9, 11]])
    with erase_concepts(model, plain_sentences()), torch.no_grad():
        whole = model.module(input_ids=ids).logits[0, -1]
        first = model.module(input_ids=ids[:, :-1], use_cache=True)
        last = model.module(
            input_ids=ids[:, -1:], past_key_values=first.past_key_values, use_cache=True
        )
    torch.testing.assert_close(last.logits[0, -1], whole, atol=1e-4, rtol=1e-4)


def test_whatever_happens_no_hook_stays_behind() -> None:
    model = tiny_model()
    with pytest.raises(KeyboardInterrupt), erase_concepts(model, plain_sentences()):
        raise KeyboardInterrupt
    broken = TinyModel(model.module, model.tokenizer, form="{text}<|im_end|>")
    embeddings = model.module.get_input_embeddings()
    handle = embeddings.register_forward_pre_hook(_fail_when_called_again())
    with pytest.raises(ZeroDivisionError):
        erase_concepts(broken, plain_sentences()).__enter__()
    handle.remove()
    assert not any(each._forward_hooks for each in model.module.modules())


def _fail_when_called_again() -> Any:
    """Lets the trials of a pass through, which come before the hooks."""
    calls: list[int] = []

    def hook(_: Any, __: Any) -> None:
        calls.append(1)
        if len(calls) > 2:
            raise ZeroDivisionError

    return hook


@pytest.mark.parametrize("senses", [(), tuple(s for s in plain_sentences() if s.sense == "other")])
def test_a_word_of_one_sense_is_no_concept(senses: tuple[SenseSentence, ...]) -> None:
    with pytest.raises(FixNotTrained, match="no word in both of its senses"):
        erase_concepts(tiny_model(), senses).__enter__()
