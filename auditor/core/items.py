"""What is asked: contrasts, stimuli, items, prompts."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["primary", "ladder", "null-control", "positive-control"]
Split = Literal["audit", "fix"]
Mode = Literal["log-likelihood", "text"]
Purpose = Literal["audit", "noise"]
Tier = Literal["quick", "standard", "full"]

TIERS: tuple[Tier, ...] = ("quick", "standard", "full")


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
class Item:
    """One question of the battery, ready to be put to a model."""

    item_id: str
    instrument: str
    category: str
    contrast_id: str
    cluster: str
    """The stimulus id: responses to one stimulus are dependent."""
    template_id: str
    target_first: bool
    """Whether the target group is named before the reference group."""
    target_attribute_first: bool
    """Whether the target attribute is named before the reference attribute."""
    is_mirror: bool
    """Whether a statement is the mirror of the stereotype; False where it does not apply."""
    split: Split
    stimulus: Stimulus
    text: str
    """The user's message, before any chat template."""
    continuations: tuple[str, ...]
    """The complete answers whose log-likelihoods are compared; their order is the instrument's."""
    max_new_tokens: int
    """Length of the generated answer, in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One text to be sent to a model, in one mode."""

    prompt_id: str
    item_id: str
    mode: Mode
    purpose: Purpose = "audit"
    """`noise` marks the sample scored again in another batch composition."""
    text: str
    continuations: tuple[str, ...] = ()
    max_new_tokens: int = 0
