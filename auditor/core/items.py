"""What is asked: contrasts, stimuli, items, prompts."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["primary", "ladder", "null-control", "positive-control"]
Split = Literal["audit", "fix"]
Mode = Literal["log-likelihood", "text", "reasoning"]
"""`reasoning` is what a model writes before its answer is asked for; it is never scored."""
Purpose = Literal["audit", "noise"]
Tier = Literal["quick", "standard", "full"]
Condition = Literal[
    "question", "instruction", "chain-of-thought", "match-statistics", "neutral-instruction"
]
"""What stands beside the question (Ganguli et al. 2023: Q, Q+IF, Q+IF+CoT, match statistics)."""

TIERS: tuple[Tier, ...] = ("quick", "standard", "full")
CONDITIONS: tuple[Condition, ...] = get_args(Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two groups compared on attributes that a stereotype distributes between them."""

    contrast_id: str
    """Stable, as in `race.colour-words`."""
    category: str
    """One of the battery's categories, as in `race`."""
    label: str
    """What a reader sees in a chart or a table."""
    role: Role
    """What the contrast is for: a category's primary one, a rung of a ladder, or a control."""
    target: str
    """The group that the stereotype links with each stimulus's target attribute, for prose."""
    reference: str
    """The other group, for prose."""
    note: str
    """What this contrast measures and what it does not, in one or two sentences."""
    instruments: tuple[str, ...]
    """Names of the instruments that ask it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stimulus:
    """One pair of groups with one pair of attributes: the unit of inference."""

    stimulus_id: str
    """Stable, as in `race.colour-words/valence-03`; the cluster of its items."""
    contrast_id: str
    domain: str
    """The kind of attribute, as in `valence`."""
    target: str
    """The word or words for the target group in the prompt."""
    reference: str
    target_attribute: str
    """What the stereotype links with the target group."""
    reference_attribute: str
    context: str
    """A sentence put before the task; empty for none."""
    split: Split
    rank: int
    """Place within its contrast and split, from 0; tiers take the first so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """How a model is led to think before it answers: `opening`, its own words, `closing`."""

    opening: str
    """How its reply begins."""
    closing: str
    """What follows its reasoning, and what its answer follows."""
    max_new_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of the battery, ready to be put to a model."""

    item_id: str
    instrument: str
    category: str
    contrast_id: str
    cluster: str
    """The unit of inference: responses to one stimulus are dependent. Conditions share it."""
    template_id: str
    split: Split
    factors: tuple[tuple[str, str], ...]
    """The cell of the design: each counterbalanced or compared factor with its level, as in
    `("groups", "target-first")`."""
    text: str
    """The user's message, before any chat template."""
    continuations: tuple[str, ...]
    """The complete answers whose log-likelihoods are compared; their order is the instrument's."""
    max_new_tokens: int
    """Length of the generated answer, in tokens."""
    options: tuple[str, ...] = ()
    """What each continuation says, where that is a letter; else empty."""
    answers: tuple[str, ...] = ()
    """What each continuation counts for, in the instrument's codes, as in `stereotype`, `yes`."""
    stimulus: Stimulus | None = None
    """The words that are paired; None where an instrument pairs none."""
    condition: Condition = "question"
    reasoning: Reasoning | None = None
    """Set where the model is to think first."""
    sample: int = 0
    """0 for the greedy answer; k for the k-th answer drawn at temperature 1."""

    def factor(self, name: str) -> str:
        """The level of a factor; KeyError where the design has none of this name."""
        return dict(self.factors)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One text to be sent to a model, in one mode."""

    prompt_id: str
    item_id: str
    mode: Mode
    purpose: Purpose = "audit"
    """`noise` marks the sample scored again in another batch composition."""
    text: str
    reply_prefix: str = ""
    """How the model's reply begins, already written for it."""
    continuations: tuple[str, ...] = ()
    max_new_tokens: int = 0
    sample: int = 0
    """0: the likeliest token each time; k: the k-th answer drawn at temperature 1."""
