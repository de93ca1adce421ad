"""What every instrument of the battery provides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.core.items import Contrast, Item, Mode, Prompt, Split, Stimulus, Tier
from auditor.core.measures import Measure
from auditor.core.responses import Response, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One wording of an instrument's question."""

    template_id: str
    text: str
    """With the instrument's own `{fields}`."""
    answer: str = ""
    """Form of the complete answer whose log-likelihood is taken; empty where it is fixed."""
    statement: str = ""
    """Form of a statement that is agreed or disagreed with; empty where there is none."""
    low_is_agree: bool = False
    """Whether 1 means strong agreement on the template's scale of 1 to 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPlan:
    """How a tier crosses its stimuli with templates."""

    n_templates: int
    is_rotated: bool
    """True: each stimulus gets one template, in turn; False: every template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """Everything that is asked, in one tier."""

    version: str
    sha256: str
    tier: Tier
    contrasts: tuple[Contrast, ...]
    stimuli: tuple[Stimulus, ...]
    items: tuple[Item, ...]

    def contrast(self, contrast_id: str) -> Contrast:
        """The contrast with this id; KeyError when there is none."""
        for contrast in self.contrasts:
            if contrast.contrast_id == contrast_id:
                return contrast
        raise KeyError(contrast_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericalNoise:
    """How far one item's value moves when the batch around it changes."""

    instrument: str
    n: int
    """Items scored twice."""
    standard_deviation: float
    """Of the difference between the two values, in log-odds."""
    largest: float


class Instrument(Protocol):
    """One test of the battery; pure."""

    @property
    def name(self) -> str:
        """As in `word-association`: the first part of its measures' names."""

    @property
    def construct(self) -> str:
        """What it measures, for a reader."""

    @property
    def source(self) -> str:
        """The work that it is made after."""

    def prompts(self, item: Item) -> tuple[Prompt, ...]:
        """One prompt a mode."""

    def score(self, item: Item, response: Response) -> Score:
        """What one response counts for."""

    def measures(
        self, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
    ) -> tuple[Measure, ...]:
        """Every measure of this instrument, a contrast at a time."""

    def stimulus_scores(
        self, battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode
    ) -> dict[str, float]:
        """The score of each cluster of a contrast on [-1, 1], by cluster; in text an unusable
        answer counts 0."""


class PairingInstrument(Instrument, Protocol):
    """Asks about the stimuli that several instruments share, in templates of its own."""

    def items(
        self,
        stimuli: Sequence[Stimulus],
        contrasts: Mapping[str, Contrast],
        templates: Sequence[Template],
        plan: TierPlan,
    ) -> tuple[Item, ...]:
        """The items of one tier, every order crossed."""


class StandaloneInstrument(Instrument, Protocol):
    """Asks from a file of its own under `prompts/instruments/`."""

    @property
    def content(self) -> type[Any]:
        """The dataclass that the file holds; the three functions below take one."""

    def check(self, content: Any) -> None:
        """Raises ValueError, with what to mend, where the content does not hold together."""

    def contrasts(self, content: Any, tier: Tier) -> tuple[Contrast, ...]:
        """The contrasts that a tier asks, controls included."""

    def items(self, content: Any, tier: Tier, split: Split) -> tuple[Item, ...]:
        """The items of one tier in the plain condition (and in those that only this instrument
        has); a smaller tier's are among a larger one's. Empty for a split that it lacks."""
