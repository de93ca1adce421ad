"""Ambiguous words and the texts that show what a model takes them for."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.items import Item, Tier

Sense = Literal["social", "other"]
"""People, or something else that the same word names."""
AwarenessCondition = Literal["ambiguous", "stated-social", "stated-other", "explicit"]
"""`ambiguous`: the battery's implicit task. `stated-social` and `stated-other`: the same task
after a sentence that says which sense is meant, the anchors between which the first is read.
`explicit`: the battery's mirrored statements about the same words."""

AWARENESS_CONDITIONS: tuple[AwarenessCondition, ...] = (
    "ambiguous",
    "stated-social",
    "stated-other",
    "explicit",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A message in which an ambiguous word stands: its state is read at the last occurrence."""

    mention_id: str
    """Stable, as in `race.black-white/03/social/black`."""
    text: str
    """The user's message, before any chat template."""
    word: str
    cluster: str
    """The unit of inference: the pair of sentences, or the wording of the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseSentence:
    """A sentence whose beginning decides the sense of the word that it ends with.

    A causal model has read nothing but the beginning when it reaches the word.
    """

    mention: Mention
    sense: Sense


@dataclass(frozen=True, slots=True, kw_only=True)
class AwarenessPrompt:
    """A prompt of the battery with an ambiguous word, and what is said about its sense."""

    mention: Mention
    condition: AwarenessCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """Words with a social and another sense, and every text in which they are read."""

    concept_id: str
    """As in `race.black-white`."""
    category: str
    label: str
    """As in `black and white: people or colours`."""
    words: tuple[str, ...]
    names: tuple[str, str]
    """What the word stands for in the social and in the other sense, as in `people`, `colours`."""
    sentences: tuple[SenseSentence, ...]
    """Pairs of sentences with every word: a cluster has both senses of each word."""
    awareness: tuple[AwarenessPrompt, ...]
    associations: tuple[Item, ...]
    """Word-association items on these words, orders crossed: the score that an ablation may move.
    The first continuation is the stereotype, the second its mirror."""
    unrelated: tuple[str, ...]
    """Words of no such sense, which take the word's place in a control."""
    keywords: tuple[tuple[str, ...], tuple[str, ...]]
    """Words by which a reading in words is taken for the social and for the other sense, frozen
    before any model was read. Lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseQuestion:
    """Asks what a word refers to; `{word}`, `{option_1}` and `{option_2}` are filled in."""

    question_id: str
    text: str
    reply_prefix: str
    """How the reply begins; an option follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPrompt:
    """Asks for the meaning of a slot into which a state is put; `{slot}` is filled in."""

    prompt_id: str
    text: str
    reply_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """A mention whose reading in words is known: a reading that fails these reads nothing."""

    mention: Mention
    answers: tuple[str, ...]
    """Any of these words in the reading counts as right. Lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """How much a tier does inside the model."""

    n_pairs: int
    """Pairs of sentences a concept."""
    n_shuffles: int
    """Relabellings that make the control band."""
    n_pairings: int
    """Attribute pairs that each wording of the battery's prompts is read with."""
    causal: tuple[str, ...]
    """Ids of the concepts that are patched, ablated and read in words."""
    n_patched_pairs: int
    """Pairs of sentences whose states are patched into questions."""
    n_patched_layers: int
    """Layers patched and read in words, evenly spread from the first to the last."""
    n_ablated_stimuli: int
    n_random_directions: int
    n_read_pairs: int
    """Pairs of sentences that are read in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseSet:
    """Everything that a tier asks of the layers."""

    version: str
    sha256: str
    """Over every file that it is made of."""
    tier: Tier
    plan: LayerPlan
    concepts: tuple[Concept, ...]
    questions: tuple[SenseQuestion, ...]
    readings: tuple[ReadingPrompt, ...]
    known_answers: tuple[KnownAnswer, ...]
