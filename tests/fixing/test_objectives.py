"""Losses against sums written out by hand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from auditor.core.encoding import EncodedPrompt
from auditor.core.fix import FixData, FixSettings
from auditor.errors import FixNotTrained
from auditor.fixing.injected import Injected, inject
from auditor.fixing.losses import Closeness, add_language_loss, balanced_log_odds, draw
from auditor.fixing.objectives import Objective, choose_objective
from auditor.fixing.passes import Passes
from auditor.fixing.reading_data import encode_clusters, encode_replies, encode_senses
from auditor.fixing.targets import find_targets
from tests.fixing.tiny_fix import biased_model, fix_data
from tests.probing.tiny_models import TinyModel

DATA = fix_data()
SETTINGS = FixSettings(batch_size=3, kl_weight=2.0)


@pytest.fixture
def model() -> TinyModel:
    return biased_model()


@pytest.fixture
def adapter(model: TinyModel) -> Iterator[Injected]:
    targets = find_targets(model.module, ("q_proj", "v_proj"))
    with inject(model.module, targets, {0: 2, 1: 2}, alpha=4, seed=0) as injected:
        yield injected


def stir(adapter: Injected) -> None:
    """As after some training."""
    generator = torch.Generator().manual_seed(1)
    adapter.fill(
        {
            name: torch.empty(each.shape).normal_(std=0.5, generator=generator)
            for name, each in adapter.matrices.items()
        }
    )


def objective(
    model: TinyModel,
    adapter: Injected,
    settings: FixSettings = SETTINGS,
    data: FixData = DATA,
) -> Objective:
    passes = Passes(module=model.module, packs=True)
    block = model.module.model.layers[1]
    return choose_objective(model, passes, adapter, data, settings, sense_block=block)


@torch.no_grad()
def log_probabilities(model: TinyModel, prompt: EncodedPrompt, index: int) -> torch.Tensor:
    """At the tokens of a continuation, shape (n_tokens, n_vocabulary)."""
    ids = prompt.continuation_ids[index]
    logits = model.module(input_ids=torch.tensor([prompt.prompt_ids + ids])).logits[0]
    log_p: torch.Tensor = logits.log_softmax(-1)[-len(ids) - 1 : -1]
    return log_p


def log_likelihood(model: TinyModel, prompt: EncodedPrompt, index: int) -> float:
    log_p = log_probabilities(model, prompt, index)
    tokens = prompt.continuation_ids[index]
    return sum(float(log_p[place, token]) for place, token in enumerate(tokens))


def test_neutrality_is_the_squared_mean_over_cells(model: TinyModel, adapter: Injected) -> None:
    stir(adapter)
    clusters = encode_clusters(model, DATA.pairs)
    squares = []
    for index in draw(len(clusters), 3, 5, seed=0):
        odds = [
            log_likelihood(model, cell, 0) - log_likelihood(model, cell, 1)
            for cell in clusters[index].cells
        ]
        assert len(odds) == 4
        squares.append((sum(odds) / 4) ** 2)
    settings = replace(SETTINGS, neutral="stimulus")
    losses = objective(model, adapter, settings).add_gradients(5)
    assert losses.bias_loss == pytest.approx(sum(squares) / 3, rel=1e-4)
    assert losses.loss == pytest.approx(losses.bias_loss + 2.0 * losses.kl, rel=1e-5)


def test_a_contrasts_mean_is_squared(model: TinyModel, adapter: Injected) -> None:
    stir(adapter)
    clusters = encode_clusters(model, DATA.pairs)
    passes = Passes(module=model.module, packs=True)
    chosen = draw(len(clusters), 3, 4, seed=0)
    odds = [float(balanced_log_odds(passes, clusters[i].cells).detach()) for i in chosen]
    losses = objective(model, adapter, replace(SETTINGS, neutral="contrast")).add_gradients(4)
    assert losses.bias_loss == pytest.approx((sum(odds) / 3) ** 2, rel=1e-4)


def test_contrasts_take_turns(model: TinyModel, adapter: Injected) -> None:
    stir(adapter)
    half = len(DATA.pairs) // 2
    others = [replace(each, contrast_id="other") for each in DATA.pairs[half:]]
    pairs = (*DATA.pairs[:half], *others)
    settings = replace(SETTINGS, neutral="contrast", batch_size=len(pairs))
    pooled = objective(model, adapter, settings, replace(DATA, pairs=pairs))
    found = [round(pooled.add_gradients(step).bias_loss, 6) for step in range(6)]
    assert len({*found}) == 2
    assert all({found[step], found[step + 1]} == {*found} for step in (0, 2, 4))


def test_what_is_kept_costs_its_squared_change(model: TinyModel, adapter: Injected) -> None:
    data = replace(DATA, pairs=DATA.pairs[:8], kept=DATA.pairs[8:])
    clusters = encode_clusters(model, data.kept)
    chosen = draw(len(clusters), 2, 3, seed=0, stream=2)

    def odds(index: int) -> float:
        cells = clusters[index].cells
        return sum(
            log_likelihood(model, cell, 0) - log_likelihood(model, cell, 1) for cell in cells
        ) / len(cells)

    before = [odds(index) for index in chosen]
    mine = objective(model, adapter, replace(SETTINGS, neutral="stimulus"), data)
    unchanged = mine.add_gradients(3)
    assert unchanged.loss == pytest.approx(unchanged.bias_loss, abs=1e-6)
    stir(adapter)
    after = [odds(index) for index in chosen]
    changed = sum((new - old) ** 2 for new, old in zip(after, before, strict=True)) / 2
    losses = mine.add_gradients(3)
    assert changed > 1e-4
    assert losses.loss - losses.bias_loss - 2.0 * losses.kl == pytest.approx(changed, rel=1e-3)


def test_divergence_is_that_of_the_original_from_the_adapted(
    model: TinyModel, adapter: Injected
) -> None:
    prompts = encode_replies(model, DATA.neutral)
    chosen = [prompts[index] for index in draw(len(prompts), 4, 0, seed=0, stream=1)]
    originals = [log_probabilities(model, each, 0) for each in chosen]
    closeness = Closeness(Passes(module=model.module, packs=True), adapter, prompts, SETTINGS)
    assert closeness.measure(0) == 0.0
    stir(adapter)
    adapted = [log_probabilities(model, each, 0) for each in chosen]
    total = sum(float((p.exp() * (p - q)).sum()) for p, q in zip(originals, adapted, strict=True))
    assert total > 0.01
    assert closeness.measure(0) == pytest.approx(total / sum(map(len, originals)), rel=1e-3)


def test_imitation_is_cross_entropy_a_token(model: TinyModel, adapter: Injected) -> None:
    replies = encode_replies(model, DATA.replies)
    scores = [log_likelihood(model, each, 0) for each in replies]
    n_tokens = sum(len(each.continuation_ids[0]) for each in replies)
    settings = FixSettings(objective="supervised", batch_size=3)
    losses = objective(model, adapter, settings).add_gradients(0)
    assert losses.loss == losses.bias_loss == pytest.approx(-sum(scores) / n_tokens, rel=1e-4)


def test_awareness_begins_at_chance_beside_the_language_loss(
    model: TinyModel, adapter: Injected
) -> None:
    settings = FixSettings(objective="concept-awareness", batch_size=3)
    losses = objective(model, adapter, settings).add_gradients(0)
    neutral = encode_replies(model, DATA.neutral)
    passes = Passes(module=model.module, packs=False)
    with torch.no_grad():
        language = add_language_loss(
            passes, [neutral[index] for index in draw(len(neutral), 4, 0, seed=0, stream=1)]
        )
    assert losses.bias_loss == pytest.approx(0.6931, abs=1e-4)
    assert losses.loss == pytest.approx(losses.bias_loss + language, rel=1e-4)


def test_the_neutral_control_learns_neutral_replies(model: TinyModel, adapter: Injected) -> None:
    settings = FixSettings(control="neutral", batch_size=4)
    neutral = encode_replies(model, DATA.neutral)
    with torch.no_grad():
        expected = add_language_loss(Passes(module=model.module, packs=False), neutral)
    assert objective(model, adapter, settings).add_gradients(0).loss == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("association-neutrality", "pairs"),
        ("supervised", "replies"),
        ("concept-awareness", "senses"),
        ("association-neutrality", "neutral"),
    ],
)
def test_data_without_what_is_needed(
    model: TinyModel, adapter: Injected, name: str, field: str
) -> None:
    settings = FixSettings(objective=name)  # type: ignore[arg-type]
    data = replace(DATA, **{field: ()})  # type: ignore[arg-type]
    with pytest.raises(FixNotTrained, match="which this objective needs"):
        objective(model, adapter, settings, data)


def test_sentences_end_with_their_word(model: TinyModel) -> None:
    for cluster in encode_senses(model, DATA.senses):
        assert [each.is_social for each in cluster] == [True, True, False, False]
        words = [model.tokenizer.convert_ids_to_tokens(each.token_ids)[-1] for each in cluster]
        assert words == ["black", "white", "black", "white"]


def test_a_word_that_is_not_in_its_sentence(model: TinyModel) -> None:
    sense = DATA.senses[0]
    wrong = replace(sense, mention=replace(sense.mention, word="user"))
    with pytest.raises(FixNotTrained, match="social0/black does not hold the word 'user'"):
        encode_senses(model, [wrong])


def test_each_text_is_seen_once_in_each_round() -> None:
    drawn = [index for step in range(6) for index in draw(9, 3, step, seed=1)]
    assert Counter(drawn) == dict.fromkeys(range(9), 2)
    assert drawn[:9] != drawn[9:]
    assert draw(9, 3, 4, seed=1) == drawn[12:15]
    assert Counter(draw(2, 6, 0, seed=1)) == {0: 3, 1: 3}
