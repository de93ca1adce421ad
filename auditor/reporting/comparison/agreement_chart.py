"""Whom two models reject, as bars of candidates. Pure; `agreement_figure` draws it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementBar:
    """The four cells of some candidates."""

    label: str
    both: int
    """Rejected by both."""
    only_first: int
    only_second: int
    neither: int
    left_out: int
    """Undecided by one of the two; in no cell."""

    @property
    def n(self) -> int:
        """Candidates that both decided about."""
        return self.both + self.only_first + self.only_second + self.neither


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPanel:
    """The bars of one test."""

    title: str
    bars: tuple[AgreementBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementChart:
    """Rejected by both, by one, by neither."""

    title: str
    alt: str
    names: tuple[str, str]
    """Of the two models, short."""
    panels: tuple[AgreementPanel, ...]
