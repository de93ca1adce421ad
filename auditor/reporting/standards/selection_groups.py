"""The groups that selection is told apart by, with rate and ratio of each. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting.decision_pages import reference_group
from auditor.reporting.decision_sentences import MODES
from auditor.reporting.language import mark, tr
from auditor.reporting.view import View

_INSTRUMENT = "hiring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """What groups are told apart by, and the contrasts that do so."""

    key: str
    title: str
    contrasts: tuple[str, ...]


_BY: Mapping[tuple[str, ...], tuple[str, str, str]] = {
    ("sex",): (
        mark("Selection by sex"),
        mark("Scoring rates by sex"),
        mark(
            "Impact ratios by sex with 95 % intervals and worst cases, log scale, smallest first."
        ),
    ),
    ("race",): (
        mark("Selection by race"),
        mark("Scoring rates by race"),
        mark(
            "Impact ratios by race with 95 % intervals and worst cases, log scale, smallest first."
        ),
    ),
    ("sex", "race"): (
        mark("Selection by sex and by race"),
        mark("Scoring rates by sex and by race"),
        mark(
            "Impact ratios by sex and by race with 95 % intervals and worst cases, log scale, "
            "smallest first."
        ),
    ),
    ("sex", "race", "race-sex"): (
        mark("Selection by sex, race, and both"),
        mark("Scoring rates by sex, race, and both"),
        mark(
            "Impact ratios by sex, race and both with 95 % intervals and worst cases, log scale, "
            "smallest first."
        ),
    ),
}
_BY_GROUP = (
    mark("Selection by group"),
    mark("Scoring rates by group"),
    mark("Impact ratios by group with 95 % intervals and worst cases, log scale, smallest first."),
)
"""Of any others, as where a user chose the contrasts."""
DIMENSIONS = (
    Dimension(
        key="sex",
        title=mark("Selection by sex"),
        contrasts=("hiring.sex-names", "hiring.sex-stated"),
    ),
    Dimension(
        key="race",
        title=mark("Selection by race"),
        contrasts=("hiring.race-names", "hiring.race-stated"),
    ),
    Dimension(
        key="race-sex",
        title=mark("Selection by race and sex together"),
        contrasts=("hiring.race-sex-names",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What names the dimensions that were asked, and none that was not."""

    section: str
    scores: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One group of one contrast in one mode."""

    contrast: Contrast
    mode: str
    rate: Measure
    ratio: Measure | None
    """None for the reference, and where there is none."""
    is_reference: bool

    @property
    def n(self) -> int:
        """Decisions in all, unknown ones included."""
        return self.rate.n + self.rate.n_unscored


def titles(view: View) -> Titles:
    """By what groups are told apart in this run."""
    asked = tuple(one.key for one in DIMENSIONS if rated_groups(view, one))
    section, scores, alt = _BY.get(asked, _BY_GROUP)
    return Titles(section=tr(section), scores=tr(scores), alt=tr(alt))


def rated_groups(view: View, dimension: Dimension) -> list[Rated]:
    """The groups of a dimension by selection rate, in both modes."""
    return [
        group
        for contrast in _contrasts(view, dimension)
        for mode, _ in MODES
        for group in _rated(view, contrast, mode, ("selection-rate", "impact-ratio"))
    ]


def scored_groups(view: View, dimension: Dimension) -> list[Rated]:
    """The groups of a dimension by scoring rate."""
    return [
        group
        for contrast in _contrasts(view, dimension)
        for group in _rated(view, contrast, "", ("scoring-rate", "scoring-impact-ratio"))
    ]


def _contrasts(view: View, dimension: Dimension) -> Iterator[Contrast]:
    for name in dimension.contrasts:
        contrast = view.contrast(name)
        if contrast is not None:
            yield contrast


def _rated(view: View, contrast: Contrast, mode: str, kinds: tuple[str, str]) -> Iterator[Rated]:
    rates, ratios = (view.of_groups(f"{_INSTRUMENT}.{kind}{mode}", contrast) for kind in kinds)
    named = reference_group(ratios[0], rates) if ratios else None
    # Where nobody is selected at all, the first of several rates of 0 is no reference.
    named = named if named is not None and named.value else None
    for rate in rates:
        yield Rated(
            contrast=contrast,
            mode=mode,
            rate=rate,
            ratio=next((one for one in ratios if one.group == rate.group), None),
            is_reference=named is not None and named.group == rate.group,
        )
