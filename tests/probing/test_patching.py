"""A state that is put in moves the answer where the network reads it, and nowhere else."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from auditor.core.layer_evidence import PatchEvidence, PatchRead
from auditor.core.mentions import Located, locate
from auditor.core.senses import Concept, Mention, Sense, SenseQuestion
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.patch_sources import Patch
from auditor.probing.patching import AskedQuestion, ask, patch_concept, patched_log_odds
from auditor.probing.reading import read_states
from tests.backends.tiny_checkpoint import write_tiny_checkpoint
from tests.probing.planted import (
    N_LAYERS,
    NAMES,
    WORDS,
    PlantedModel,
    planted_concept,
    planted_model,
    planted_plan,
    planted_questions,
)

KINDS = ("identifier", "unrelated", "random", "wrong-layer")
PLANTED_AT = 3


@pytest.fixture(scope="module")
def model() -> PlantedModel:
    return planted_model(PLANTED_AT)


@pytest.fixture(scope="module")
def blocks(model: PlantedModel) -> DecoderBlocks:
    return find_decoder_blocks(model.module)


@pytest.fixture(scope="module")
def evidence(model: PlantedModel, blocks: DecoderBlocks) -> PatchEvidence:
    return _patched(model, blocks)


def _patched(
    model: PlantedModel,
    blocks: DecoderBlocks,
    *,
    seed: int = 0,
    n_pairs: int = 6,
    pass_tokens: int = 2048,
) -> PatchEvidence:
    return patch_concept(
        model,
        blocks,
        planted_concept(),
        planted_questions(),
        replace(planted_plan(), n_patched_pairs=n_pairs),
        seed=seed,
        pass_tokens=pass_tokens,
    )


def _effects(rows: Sequence[PatchRead], kind: str) -> list[float]:
    """Mean log-odds with social sources minus with other sources, by layer."""
    sums: dict[tuple[int, Sense], list[float]] = defaultdict(list)
    for row in rows:
        if row.kind == kind:
            sums[row.layer, row.sense].append(row.log_odds)
    layers = sorted({layer for layer, _ in sums})
    return [
        float(np.mean(sums[layer, "social"]) - np.mean(sums[layer, "other"])) for layer in layers
    ]


def _question(model: PlantedModel) -> AskedQuestion:
    return ask(model, planted_questions()[0], WORDS[0], NAMES, True)


def _own_states(
    model: PlantedModel, blocks: DecoderBlocks, question: AskedQuestion
) -> list[np.ndarray]:
    located = Located(
        mention_id="own", token_ids=question.encoded.prompt_ids, position=question.position
    )
    return list(read_states(model, blocks, [located])[0])


def _patch(layer: int, state: np.ndarray) -> Patch:
    return Patch(
        layer=layer,
        source_layer=layer,
        kind="identifier",
        cluster="c",
        sense="social",
        state=state,
    )


@pytest.mark.parametrize("planted_at", [1, 2, 5])
def test_the_identifiers_state_decides_from_the_planted_layer_on(planted_at: int) -> None:
    model = planted_model(planted_at)
    evidence = _patched(model, find_decoder_blocks(model.module))
    effects = _effects(evidence.rows, "identifier")
    assert len(effects) == N_LAYERS + 1
    # The last block reads it: behind that, at the last layer, a state reaches no later token.
    holds = range(planted_at, N_LAYERS)
    for layer, effect in enumerate(effects):
        if layer in holds:
            assert effect > 5
        else:
            assert abs(effect) < 0.5


def test_an_unrelated_word_in_the_same_sentences_does_not_decide(evidence: PatchEvidence) -> None:
    assert max(map(abs, _effects(evidence.rows, "unrelated"))) < 0.5


def test_random_states_move_the_answer_without_regard_to_the_sense(
    evidence: PatchEvidence,
) -> None:
    real = _effects(evidence.rows, "identifier")[PLANTED_AT]
    assert max(map(abs, _effects(evidence.rows, "random"))) < real / 2


def test_without_a_concept_nothing_decides() -> None:
    model = planted_model(PLANTED_AT, strength=0)
    evidence = _patched(model, find_decoder_blocks(model.module))
    assert max(map(abs, _effects(evidence.rows, "identifier"))) < 0.5


def test_a_state_put_into_itself_changes_nothing(
    model: PlantedModel, blocks: DecoderBlocks
) -> None:
    question = _question(model)
    own = [_patch(layer, state) for layer, state in enumerate(_own_states(model, blocks, question))]
    for shares in (True, False):
        before, *after = patched_log_odds(
            model, blocks, question, [None, *own], shares_beginning=shares
        )
        assert after == pytest.approx([before] * len(own), abs=1e-4)


def test_states_put_in_behind_the_last_block_change_nothing(evidence: PatchEvidence) -> None:
    before = {(word, asked, first): value for word, asked, first, value in evidence.unpatched}
    last = [row for row in evidence.rows if row.layer == N_LAYERS]
    assert {row.kind for row in last} == set(KINDS)
    for row in last:
        key = (row.word, row.question_id, row.social_first)
        assert row.log_odds == pytest.approx(before[key], abs=1e-4)


def test_a_patch_is_the_same_alone_and_among_others(
    model: PlantedModel, blocks: DecoderBlocks
) -> None:
    question = _question(model)
    states = _own_states(model, blocks, question)
    patches = [_patch(layer, -state) for layer, state in enumerate(states)]
    together = patched_log_odds(model, blocks, question, patches, shares_beginning=True)
    alone = [
        patched_log_odds(model, blocks, question, [each], shares_beginning=True)[0]
        for each in patches
    ]
    assert together == pytest.approx(alone, abs=1e-4)
    assert len({round(value, 2) for value in together[:-1]}) == N_LAYERS


def test_the_size_of_a_pass_does_not_matter(model: PlantedModel, blocks: DecoderBlocks) -> None:
    whole = _patched(model, blocks, n_pairs=2)
    few_at_once = _patched(model, blocks, n_pairs=2, pass_tokens=40)
    assert [row.log_odds for row in few_at_once.rows] == pytest.approx(
        [row.log_odds for row in whole.rows], abs=1e-4
    )


def test_every_cell_of_the_design_is_there_once(evidence: PatchEvidence) -> None:
    cells = {
        (row.cluster, row.layer, row.kind, row.sense, row.social_first) for row in evidence.rows
    }
    assert len(cells) == len(evidence.rows) == 6 * (N_LAYERS + 1) * len(KINDS) * 2 * 2
    assert all(
        (row.source_layer == row.layer) == (row.kind != "wrong-layer") for row in evidence.rows
    )


def test_words_and_questions_take_turns(evidence: PatchEvidence) -> None:
    turns = {row.cluster: (row.word, row.question_id) for row in evidence.rows}
    assert sorted(turns.items()) == [
        (f"planted/{pair:02}", (WORDS[pair % 2], f"q{pair // 2 % 2 + 1}")) for pair in range(6)
    ]
    # Pairs 0 and 4, and 1 and 5, share a question: it is asked once unpatched, in both orders.
    asked = [(word, question, first) for word, question, first, _ in evidence.unpatched]
    assert len(asked) == len(set(asked)) == 4 * 2


def test_chance_comes_from_the_seed_alone(
    model: PlantedModel, blocks: DecoderBlocks, evidence: PatchEvidence
) -> None:
    torch.manual_seed(99)
    state = torch.get_rng_state()
    assert _patched(model, blocks) == evidence
    assert torch.equal(state, torch.get_rng_state())
    other = _patched(model, blocks, seed=1)
    for kind in KINDS:
        same = [row for row in other.rows if row.kind == kind] == [
            row for row in evidence.rows if row.kind == kind
        ]
        assert same == (kind != "random")


def test_the_answer_is_the_log_odds_of_the_options_as_the_backend_scores_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = write_tiny_checkpoint(tmp_path_factory.mktemp("patching") / "llama")
    model = TransformersModel(folder, OpenOptions(n_threads=1, dtype="float32"))
    blocks = find_decoder_blocks(model.module)
    question = SenseQuestion(
        question_id="q",
        text='Options: {option_1}, {option_2}. Which does "{word}" mean?',
        reply_prefix="It means",
    )
    names = ("people of a group", "colours")
    concept = _spelt_out(names)
    evidence = patch_concept(
        model, blocks, concept, [question], replace(planted_plan(), n_patched_pairs=2), seed=0
    )
    assert len(evidence.unpatched) == 4
    for word, _, social_first, value in evidence.unpatched:
        first, second = names if social_first else names[::-1]
        (expected,) = model.log_likelihoods(
            [
                Prompt(
                    prompt_id="p",
                    item_id="i",
                    mode="log-likelihood",
                    text=question.text.format(word=word, option_1=first, option_2=second),
                    reply_prefix=question.reply_prefix,
                    continuations=names,
                )
            ]
        )
        assert len(set(expected.n_tokens)) == 2
        assert min(expected.n_tokens) > 1
        social, other = expected.values
        assert value == pytest.approx(social - other, abs=1e-3)


def _spelt_out(names: tuple[str, str]) -> Concept:
    """The planted concept without its markers, which a byte-level tokenizer does not need."""
    return replace(planted_concept(), names=names)


def test_sources_are_the_states_at_the_words_of_the_pair(
    model: PlantedModel, blocks: DecoderBlocks, evidence: PatchEvidence
) -> None:
    concept, question = planted_concept(), planted_questions()[0]
    mentions: dict[str, Callable[[Sense], Mention]] = {
        "identifier": partial(_first_mention, concept),
        "unrelated": lambda sense: replace(
            _first_mention(concept, sense),
            text=_first_mention(concept, sense).text.replace("black", "table"),
            word="table",
        ),
    }
    asked = ask(model, question, WORDS[0], NAMES, True)
    for kind, mention in mentions.items():
        for sense in ("social", "other"):
            states = read_states(model, blocks, [locate(model, mention(sense))])[0]
            expected = patched_log_odds(
                model,
                blocks,
                asked,
                [_patch(layer, state) for layer, state in enumerate(states)],
                shares_beginning=True,
            )
            found = [
                row.log_odds
                for row in evidence.rows
                if (row.kind, row.sense, row.cluster) == (kind, sense, "planted/00")
                and row.social_first
            ]
            assert found == pytest.approx(expected, abs=1e-4)


def _first_mention(concept: Concept, sense: Sense) -> Mention:
    return next(
        each.mention
        for each in concept.sentences
        if each.sense == sense and each.mention.word == WORDS[0]
    )
