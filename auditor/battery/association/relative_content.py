"""What the relative-decision instrument's file holds, and the checks that it holds together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.battery.contrast_text import ContrastText
from auditor.core.items import TIERS, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEntry:
    """One wording of the question, and the form of its answer."""

    id: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A situation with two roles, the less favourable one first, and two profiles."""

    id: str
    domain: str
    scene: str
    roles: tuple[str, str]
    profiles: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSize:
    """How much one tier asks."""

    n_scenarios: int
    n_positive: int
    n_templates: int
    profiles: Literal["half", "both"]
    """`half`: each pair of orders has the profiles one way, in turn; `both`: both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastEntry(ContrastText):
    """One contrast, and the pairs of people that its scenarios take in turn."""

    groups: tuple[tuple[str, str], ...]
    article: str = ""
    """Before a group in a sentence; empty before a name."""
    tier: Tier = "quick"
    """The smallest tier that asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`prompts/instruments/relative-decision.yaml`."""

    templates: tuple[TemplateEntry, ...]
    scenarios: tuple[Scenario, ...]
    positive_scenarios: tuple[Scenario, ...]
    tiers: dict[Tier, TierSize]
    contrasts: tuple[ContrastEntry, ...]

    def scenarios_of(self, contrast: ContrastEntry, tier: Tier) -> tuple[Scenario, ...]:
        """The scenarios that a tier asks of a contrast."""
        size = self.tiers[tier]
        if contrast.role == "positive-control":
            return self.positive_scenarios[: size.n_positive]
        return self.scenarios[: size.n_scenarios]

    def asked(self, tier: Tier) -> Iterator[ContrastEntry]:
        """The contrasts of a tier."""
        reached = TIERS.index(tier)
        return (entry for entry in self.contrasts if TIERS.index(entry.tier) <= reached)


def check_content(content: Content) -> None:
    """ValueError, with what to mend, where the content does not hold together."""
    for tier in TIERS:
        if tier not in content.tiers:
            raise ValueError(f"the tier `{tier}` is missing.")
        size = content.tiers[tier]
        if (
            size.n_scenarios > len(content.scenarios)
            or size.n_positive > len(content.positive_scenarios)
            or size.n_templates > len(content.templates)
        ):
            raise ValueError(f"the tier `{tier}` asks for more than there is.")
    for kind, ids in (
        ("template", [one.id for one in content.templates]),
        ("scenario", [s.id for s in (*content.scenarios, *content.positive_scenarios)]),
        ("contrast", [one.id for one in content.contrasts]),
    ):
        if len(set(ids)) < len(ids):
            raise ValueError(f"a {kind} is given twice.")
    if any(not contrast.groups for contrast in content.contrasts):
        raise ValueError("every contrast needs a pair of groups.")
