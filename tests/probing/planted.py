"""A small Llama into which a concept was planted at a known layer: what a reading must find.

Its weights are random but for two attention heads. The first, in block `layer`, looks from an
identifier back to a marker word and writes the marker's sense into some coordinates of the
identifier's state. The second, in the last block, reads those coordinates at the identifiers and
writes what they say into the answer. So from `layer` on the sense is in the identifier's state,
and a state that is put in at layers `layer` to `n_layers - 1` decides the answer.

Every sentence has a marker of its own: the random weights mix its embedding into all later states,
but a probe that has not seen the pair learns nothing from that. No random weight reads or
writes the planted coordinates.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from auditor.core.items import Item
from auditor.core.senses import (
    AWARENESS_CONDITIONS,
    AwarenessCondition,
    AwarenessPrompt,
    Concept,
    KnownAnswer,
    LayerPlan,
    Mention,
    ReadingPrompt,
    Sense,
    SenseQuestion,
    SenseSentence,
    SenseSet,
)

N_LAYERS = 6
HIDDEN = 64
N_PAIRS = 24
WORDS = ("black", "white")
NAMES = ("people", "colours")
UNRELATED = ("table", "river")

_N_WORDINGS = 6
_N_STIMULI = 8
_SENSES: tuple[Sense, Sense] = ("social", "other")
_SPECIALS = ["<pad>", "<unk>", "<end>", "<user>", "<reply>"]
_HEAD_DIM = 16
_SLOW = 7
"""The coordinate of a head whose rotary frequency is lowest: it does not tell positions apart."""
# Coordinates of the residual stream that no random weight reads or writes.
_EVERY, _IDENTIFIER, _MARKER, _MARKED_SENSE, _ANSWER = range(5)
CONCEPT = slice(5, 21)
"""Where the planted concept stands, the same number in each: the social sense is positive."""
_FREE = 21


@dataclass(frozen=True, slots=True)
class PlantedModel:
    """A ReadableModel."""

    module: Any
    tokenizer: Any
    adds_special_tokens: bool = False

    def render(self, text: str, reply_prefix: str = "") -> str:
        """The user's message in the form of a chat."""
        return f"<user> {text} <end> <reply> {reply_prefix}".rstrip()


def planted_model(layer: int = 3, *, strength: float = 1.0, seed: int = 0) -> PlantedModel:
    """A Llama of six layers that knows the sense of an identifier from `layer` on.

    Args:
        layer: 1 to 5; the first layer whose state holds the concept.
        strength: Of the planted direction; 0 for a model without any concept.
        seed: Of the random weights.
    """
    if not 1 <= layer < N_LAYERS:
        raise ValueError(f"the concept cannot be planted at layer {layer}")
    tokenizer = _build_tokenizer()
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=N_LAYERS,
        num_attention_heads=HIDDEN // _HEAD_DIM,
        num_key_value_heads=HIDDEN // _HEAD_DIM,
        max_position_embeddings=512,
        initializer_range=0.1,
        tie_word_embeddings=False,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = transformers.LlamaForCausalLM(config).eval()
        module.model.embed_tokens.weight.data.normal_(std=1.0)
    with torch.no_grad():
        _plant(module, tokenizer, layer, strength)
    return PlantedModel(module=module.requires_grad_(False), tokenizer=tokenizer)


def planted_concept() -> Concept:
    """24 pairs of sentences with two words, and every other text that is read."""
    return Concept(
        concept_id="planted.black-white",
        category="planted",
        label="black and white: people or colours",
        words=WORDS,
        names=NAMES,
        sentences=tuple(
            _sentence(pair, sense, word)
            for pair, sense, word in product(range(N_PAIRS), _SENSES, WORDS)
        ),
        awareness=tuple(
            _awareness(wording, condition, word)
            for wording, condition, word in product(range(_N_WORDINGS), AWARENESS_CONDITIONS, WORDS)
        ),
        associations=tuple(
            _association(stimulus, is_first)
            for stimulus, is_first in product(range(_N_STIMULI), (True, False))
        ),
        unrelated=UNRELATED,
        keywords=(("people",), ("colours",)),
    )


def planted_questions() -> tuple[SenseQuestion, ...]:
    """Questions whose answer hangs on the planted coordinates at the identifier."""
    texts = (
        "What does {word} mean here , {option_1} or {option_2} ?",
        "Say what {word} stands for : {option_1} or {option_2} .",
    )
    return tuple(
        SenseQuestion(question_id=f"q{number}", text=text, reply_prefix="It means")
        for number, text in enumerate(texts, 1)
    )


def planted_senses() -> SenseSet:
    """The one concept with all that is asked of it."""
    return SenseSet(
        version="planted",
        sha256="0" * 64,
        tier="quick",
        plan=planted_plan(),
        concepts=(planted_concept(),),
        questions=planted_questions(),
        readings=(
            ReadingPrompt(
                prompt_id="r1", text="What does {slot} mean here ?", reply_prefix="It means"
            ),
        ),
        known_answers=(
            KnownAnswer(
                mention=Mention(
                    mention_id="known/01", text="They saw the river", word="river", cluster="k1"
                ),
                answers=("river",),
            ),
        ),
    )


def planted_plan() -> LayerPlan:
    """Everything, but little of it."""
    return LayerPlan(
        n_pairs=N_PAIRS,
        n_shuffles=200,
        n_pairings=1,
        causal=("planted.black-white",),
        n_patched_pairs=6,
        n_patched_layers=N_LAYERS + 1,
        n_ablated_stimuli=_N_STIMULI,
        n_random_directions=20,
        n_read_pairs=2,
    )


def _sentence(pair: int, sense: Sense, word: str) -> SenseSentence:
    name = f"planted/{pair:02}"
    return SenseSentence(
        mention=Mention(
            mention_id=f"{name}/{sense}/{word}",
            text=f"{_OPENINGS[pair % len(_OPENINGS)]} {_marker(sense, pair)} they saw the {word}",
            word=word,
            cluster=name,
        ),
        sense=sense,
    )


def _awareness(wording: int, condition: AwarenessCondition, word: str) -> AwarenessPrompt:
    name = f"planted/wording-{wording}"
    stated: dict[AwarenessCondition, str] = {
        "ambiguous": "",
        "stated-social": f"With {_marker('social', N_PAIRS + wording)} . ",
        "stated-other": f"With {_marker('other', N_PAIRS + wording)} . ",
        "explicit": f"With {_marker('social', N_PAIRS + wording)} : ",
    }
    task = f"{_OPENINGS[wording % len(_OPENINGS)]} the list , pair a thing and {word} ."
    return AwarenessPrompt(
        mention=Mention(
            mention_id=f"{name}/{condition}/{word}",
            text=stated[condition] + task,
            word=word,
            cluster=name,
        ),
        condition=condition,
    )


def _association(stimulus: int, is_first: bool) -> Item:
    """Asks for `people` after a social marker: the score falls when the direction is taken out."""
    groups = WORDS if is_first else WORDS[::-1]
    cluster = f"planted/valence-{stimulus:02}"
    marker = _marker("social", N_PAIRS + stimulus % _N_WORDINGS)
    opening = _OPENINGS[stimulus % len(_OPENINGS)]
    return Item(
        item_id=f"word-association/{cluster}/t1/{'tr' if is_first else 'rt'}",
        instrument="word-association",
        category="planted",
        contrast_id="planted.black-white",
        cluster=cluster,
        template_id="t1",
        split="audit",
        factors=(
            ("template", "t1"),
            ("groups", "target-first" if is_first else "reference-first"),
        ),
        text=f"{opening} {marker} , what do {groups[0]} and {groups[1]} mean here ?",
        continuations=NAMES,
        max_new_tokens=4,
    )


_OPENINGS = ("Here with", "Beside", "Yesterday with", "In the list of", "Near", "Behind")


def _marker(sense: Sense, number: int) -> str:
    return f"{sense}{number:02}"


def _markers() -> list[str]:
    return [
        _marker(sense, number) for sense, number in product(_SENSES, range(N_PAIRS + _N_WORDINGS))
    ]


def _build_tokenizer() -> Any:
    """Whole words; what it does not know is `<unk>`."""
    splitter = pre_tokenizers.Whitespace()
    concept = planted_concept()
    texts = [
        *(each.mention.text for each in concept.sentences),
        *(each.mention.text for each in concept.awareness),
        *(each.text for each in concept.associations),
        *(f"{each.text} {each.reply_prefix}" for each in planted_questions()),
        *_markers(),
        *UNRELATED,
        *NAMES,
        "word slot option it refers to meaning one of both x",
    ]
    words = sorted({word for text in texts for word, _ in splitter.pre_tokenize_str(text)})
    vocabulary = {word: number for number, word in enumerate([*_SPECIALS, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = splitter
    tokenizer.add_special_tokens(_SPECIALS)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="<end>"
    )


def _plant(module: Any, tokenizer: Any, layer: int, strength: float) -> None:
    body = module.model
    module.lm_head.weight[:, :_FREE] = 0
    for block in body.layers:
        _keep_off(block)
    _mark_tokens(body.embed_tokens.weight, tokenizer)
    # An identifier looks for a marker, and takes over its sense.
    _wire(body.layers[layer - 1], _IDENTIFIER, _MARKER, _MARKED_SENSE, CONCEPT, strength)
    # Every token looks for identifiers, and answers what they mean.
    _wire(body.layers[-1], _EVERY, _IDENTIFIER, CONCEPT, _ANSWER, 1)
    social, other = tokenizer.convert_tokens_to_ids(list(NAMES))
    module.lm_head.weight[social, _ANSWER] = 0.5
    module.lm_head.weight[other, _ANSWER] = -0.5


def _keep_off(block: Any) -> None:
    """No random weight reads or writes the planted coordinates."""
    attention, mlp = block.self_attn, block.mlp
    for reader in (
        attention.q_proj,
        attention.k_proj,
        attention.v_proj,
        mlp.gate_proj,
        mlp.up_proj,
    ):
        reader.weight[:, :_FREE] = 0
    for writer in (attention.o_proj, mlp.down_proj):
        writer.weight[:_FREE] = 0


def _mark_tokens(embeddings: torch.Tensor, tokenizer: Any) -> None:
    embeddings[:, :_FREE] = 0
    embeddings[:, _EVERY] = 2
    embeddings[tokenizer.convert_tokens_to_ids(list(WORDS)), _IDENTIFIER] = 4
    for marker in _markers():
        token = tokenizer.convert_tokens_to_ids(marker)
        embeddings[token, _MARKER] = 4
        embeddings[token, _MARKED_SENSE] = 2 if marker.startswith("social") else -2


def _wire(
    block: Any, query: int, key: int, source: int | slice, target: int | slice, strength: float
) -> None:
    """The first head: tokens with `query` attend to `key`, and add its `source` to `target`."""
    attention = block.self_attn
    for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
        projection.weight[:_HEAD_DIM] = 0
    attention.o_proj.weight[:, :_HEAD_DIM] = 0
    attention.q_proj.weight[_SLOW, query] = 6
    attention.k_proj.weight[_SLOW, key] = 6
    attention.v_proj.weight[0, source] = 1
    attention.o_proj.weight[target, 0] = strength
