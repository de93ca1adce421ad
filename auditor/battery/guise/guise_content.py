"""The file of a matched-guise instrument as it is written, and the checks that it holds together.

One file a language: pairs of sentences that say the same in two registers, each with a third
version that has typing errors in place of the register, and what is asked of their speaker.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from auditor.battery.contrast_text import ContrastText
from auditor.core.items import TIERS, Tier

Facet = Literal["traits", "occupation", "verdict", "help", "surprisal"]
"""What is asked of the speaker; `surprisal` asks nothing and measures the sentence itself."""
Comparison = Literal["dialect", "typos", "control", "registers"]
"""Dialect against standard, typing errors against standard, an unkind speaker against a kind one,
or all three versions of a sentence side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of a contrast one tier asks: the first so many pairs in the first wordings."""

    n_pairs: int
    n_wordings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One wording of a facet's question."""

    id: str
    text: str
    """With {text}, and with {option_1} and {option_2} where options are listed."""
    answer: str
    """Form of the complete answer, with {word}."""
    words: tuple[tuple[str, str], ...] = ()
    """Pairs of answers, unfavourable and favourable; the facet's where there are none."""
    options: tuple[str, ...] = ()
    """The unfavourable and the favourable option, listed in both orders; or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetEntry:
    """What is asked of the speaker."""

    facet: Facet
    source: str
    wordings: tuple[Wording, ...]
    words: tuple[tuple[str, str], ...] = ()
    max_new_tokens: int = 0
    """0 where no answer is asked for in text."""

    def words_of(self, wording: Wording) -> tuple[tuple[str, str], ...]:
        """The pairs of answers that a wording compares."""
        return wording.words or self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature of the dialect, with sentences that differ in it alone."""

    feature: str
    about: str
    pairs: tuple[tuple[str, str, str], ...]
    """Dialect, standard, and the standard with typing errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPairs:
    """Sentences of speakers of whom every reader thinks ill, and well."""

    facet: Facet
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastEntry(ContrastText):
    """Two registers compared on one facet."""

    facet: Facet
    comparison: Comparison
    sizes: dict[Tier, Size]
    """By tier; a tier that is absent does not ask it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """One stimulus: its sentences by guise."""

    pair_id: str
    feature: str
    """Empty for controls."""
    by_guise: tuple[tuple[str, str], ...]
    """Guise and sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One language's file."""

    facets: tuple[FacetEntry, ...]
    contrasts: tuple[ContrastEntry, ...]
    controls: tuple[ControlPairs, ...]
    features: tuple[Feature, ...]

    def facet(self, facet: Facet) -> FacetEntry:
        """What is asked in a facet; ValueError where the file has none of this name."""
        for entry in self.facets:
            if entry.facet == facet:
                return entry
        raise ValueError(f"there is no facet `{facet}`")

    def sentences(self, entry: ContrastEntry) -> tuple[Sentences, ...]:
        """All stimuli of a contrast; features take turns, so that any first part is balanced."""
        if entry.comparison == "control":
            return tuple(self._controls(entry.facet))
        columns = [list(_of_feature(feature, entry.comparison)) for feature in self.features]
        return tuple(chain.from_iterable(zip(*columns, strict=True)))

    def _controls(self, facet: Facet) -> Iterator[Sentences]:
        for control in self.controls:
            if control.facet == facet:
                for number, (unfavourable, favourable) in enumerate(control.pairs, start=1):
                    yield Sentences(
                        pair_id=f"speaker-{number:02d}",
                        feature="",
                        by_guise=(("unfavourable", unfavourable), ("favourable", favourable)),
                    )


def check_content(content: Content) -> None:
    """Raises ValueError, with what to mend, where the content does not hold together."""
    if len({len(feature.pairs) for feature in content.features}) != 1:
        raise ValueError("every feature needs the same number of pairs")
    _check_sentences(content)
    for facet in content.facets:
        _check_facet(facet)
    ids = [entry.id for entry in content.contrasts]
    for entry in content.contrasts:
        if ids.count(entry.id) > 1:
            raise ValueError(f"the contrast `{entry.id}` is given twice")
        _check_contrast(content, entry)
        if entry.comparison == "dialect":
            _check_control(content, entry)


def _of_feature(feature: Feature, comparison: Comparison) -> Iterator[Sentences]:
    kept = {"dialect": (0, 1), "typos": (2, 1), "registers": (0, 1, 2)}[comparison]
    guises = ("dialect", "standard", "typos")
    for number, pair in enumerate(feature.pairs, start=1):
        yield Sentences(
            pair_id=f"{feature.feature}-{number:02d}",
            feature=feature.feature,
            by_guise=tuple((guises[place], pair[place]) for place in kept),
        )


def _check_sentences(content: Content) -> None:
    pairs = [pair for feature in content.features for pair in feature.pairs]
    seen: set[str] = set()
    for sentence in chain(*pairs, *(pair for c in content.controls for pair in c.pairs)):
        if sentence in seen:
            raise ValueError(f"the sentence “{sentence}” is given twice")
        seen.add(sentence)


def _check_facet(facet: FacetEntry) -> None:
    for wording in facet.wordings:
        where = f"{facet.facet}/{wording.id}"
        if "{word}" not in wording.answer:
            raise ValueError(f"{where}: the answer needs {{word}}")
        if facet.facet == "surprisal":
            continue
        if "{text}" not in wording.text:
            raise ValueError(f"{where}: the text needs {{text}}")
        if not facet.words_of(wording):
            raise ValueError(f"{where}: there is no pair of answers")
        if len(wording.options) != ("{option_1}" in wording.text) * 2:
            raise ValueError(f"{where}: two options go with {{option_1}} and {{option_2}}")


def _check_contrast(content: Content, entry: ContrastEntry) -> None:
    n_wordings = len(content.facet(entry.facet).wordings)
    n_pairs = len(content.sentences(entry))
    smaller = Size(n_pairs=0, n_wordings=0)
    for tier in TIERS:
        size = entry.sizes.get(tier, smaller)
        if size.n_pairs < smaller.n_pairs or size.n_wordings < smaller.n_wordings:
            raise ValueError(f"{entry.id}: {tier} must hold all that a smaller tier asks")
        if size.n_pairs > n_pairs or size.n_wordings > n_wordings:
            raise ValueError(
                f"{entry.id}: {tier} asks for more than {n_pairs} pairs in {n_wordings} wordings"
            )
        if entry.comparison != "control" and size.n_pairs % len(content.features):
            raise ValueError(f"{entry.id}: {tier} must ask as many pairs of each feature")
        smaller = size


def _check_control(content: Content, entry: ContrastEntry) -> None:
    """Typing errors are compared with the dialect: in the same wordings, or not at all."""
    for control in content.contrasts:
        if (control.facet, control.comparison) == (entry.facet, "typos"):
            for tier, size in control.sizes.items():
                if size.n_wordings != entry.sizes.get(tier, size).n_wordings:
                    raise ValueError(
                        f"{control.id}: {tier} must use the same wordings as {entry.id}"
                    )
