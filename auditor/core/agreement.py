"""What models decide about the same candidates: cells first, coefficients beside them."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.fix_results import Effect
from auditor.core.items import Mode

SliceKind = Literal["all", "instrument", "context", "order", "side", "group"]
"""Over everything, of one instrument, of one of its contexts, of one order of the answers, of one
side of its contrasts, of one group of a contrast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which decisions are counted together; what does not narrow them is empty."""

    kind: SliceKind
    mode: Mode
    instrument: str = ""
    context: str = ""
    """As in `simple` or `realistic`."""
    order: str = ""
    """As in `yes-first`; in text alone."""
    contrast_id: str = ""
    group: str = ""
    side: str = ""
    """`target`, `reference` or `other`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejections:
    """Candidates by what two models (versions, quantisations) A and B decide about them."""

    both: int
    """Rejected by A and by B."""
    only_first: int
    """Rejected by A, selected by B."""
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        """Candidates in all."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def first(self) -> int:
        """Rejected by A."""
        return self.both + self.only_first

    @property
    def second(self) -> int:
        """Rejected by B."""
        return self.both + self.only_second

    @property
    def is_telling(self) -> bool:
        """Whether it shows if the same are rejected: both reject some, and select some."""
        return 0 < self.first < self.n and 0 < self.second < self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Candidates that at least one of two models decided nothing about; no cell counts them."""

    only_first: int
    """Undecided by A alone."""
    only_second: int
    both: int

    @property
    def n(self) -> int:
        """Left out in all."""
        return self.only_first + self.only_second + self.both


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two models about the same candidates; a coefficient is never shown without the cells."""

    about: Slice
    cells: Rejections
    left_out: LeftOut
    agreed: Effect
    """Share of the candidates about whom the two agree."""
    kappa: Effect
    """Cohen's; collapses at extreme rates, and is undefined where both reject all or none."""
    positive_agreement: Effect
    """On the rejected, 2·n_RR/(n_R· + n_·R)."""
    jaccard: Effect
    """Rejected by both among those rejected by either."""
    systemic_ratio: Effect
    """P(both reject)/(P_A·P_B): 1 where they decide independently of one another. Over several
    tests, `both` over `expected_both`."""
    expected_both: float
    """Rejected by both, had they decided independently in each stratum. Over several tests, a
    stratum is a test in one of its contexts and orders; else there is but one."""
    n_telling: int
    """Candidates in strata where both models reject some and select some."""
    excess: Effect
    """Share of the candidates that both reject beyond those; what is said of them rests on it. No
    interval where every application says the same."""
    mcnemar_p: float | None
    """Of equal rejection rates, exact; None without a candidate decided differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two of the models, by their places, in every slice."""

    first: int
    second: int
    tables: tuple[Agreement, ...]

    def table(self, about: Slice) -> Agreement | None:
        """The one of this slice; None where nobody was decided about."""
        return next((one for one in self.tables if one.about == about), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRejections:
    """Three models or more about the same candidates, all of whom each has decided about."""

    about: Slice
    all: int
    """Rejected by every model."""
    some: int
    """By one at least, and not by all."""
    none: int
    left_out: int
    """Undecided by one model at least."""
    rejected: tuple[int, ...]
    """By each model, of those decided by all."""
    systemic_ratio: Effect
    """P(all reject)/ΠP_i; over several tests, of what that gives in each of them."""

    @property
    def n(self) -> int:
        """Candidates that every model decided about."""
        return self.all + self.some + self.none


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult:
    """Everything that several models decided about the same candidates."""

    pairs: tuple[PairAgreement, ...]
    joint: tuple[JointRejections, ...] = ()
    """Empty for two models."""
