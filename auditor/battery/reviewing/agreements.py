"""Do several models reject the same candidates? Cells, coefficients and their intervals.

The application is the unit of every interval: its copies share what a model makes of it. Over
several tests that reject at different rates, two models seem to agree although in no test they
do, and so do two that follow the order of the answers; what is expected of chance is therefore
formed in each test, context and order, and added up.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import prod

from auditor.battery.decisions.agreement import (
    cohen_kappa,
    mcnemar_p,
    positive_agreement,
)
from auditor.battery.fix.effects import undefined
from auditor.battery.reviewing.coefficients import (
    coefficient,
    log_coefficient,
    share,
)
from auditor.battery.reviewing.decisions import Candidate, decided
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.battery.reviewing.strata import (
    Decided,
    cells_by_cluster,
    excess_of,
    expected_both,
    over_clusters,
    stratum_of,
    summed,
)
from auditor.core.agreement import (
    Agreement,
    AgreementResult,
    JointRejections,
    LeftOut,
    PairAgreement,
    Rejections,
    Slice,
)
from auditor.core.fix_results import Effect
from auditor.core.items import Mode

ALL_PAIRS = 4
"""Models up to which each is laid beside each; of more, the first beside every other one."""
NOT_DECIDED = "no candidate was decided about by all"
NOBODY = "nobody is rejected"
NO_CHANCE = "all rejected, or none"
RATELESS = "a model rejects nobody"
POOLED = "not pooled over tests"
MODES: tuple[Mode, ...] = ("log-likelihood", "text")


def pairs_of(n_models: int) -> list[tuple[int, int]]:
    """Which models are laid beside which, by their places."""
    if n_models <= ALL_PAIRS:
        return list(combinations(range(n_models), 2))
    return [(0, place) for place in range(1, n_models)]


def agreement_result(runs: Sequence[ReviewedScores]) -> AgreementResult:
    """What the models decided about the same candidates, in each mode and slice."""
    together = {mode: _together(runs, mode) for mode in MODES}
    return AgreementResult(
        pairs=tuple(
            PairAgreement(
                first=first,
                second=second,
                tables=tuple(
                    agreement(about, [(one, (said[first], said[second])) for one, said in kept])
                    for mode in MODES
                    for about, kept in slices(mode, together[mode])
                ),
            )
            for first, second in pairs_of(len(runs))
        ),
        joint=tuple(
            joint_rejections(about, kept)
            for mode in MODES
            for about, kept in slices(mode, together[mode])
        )
        if len(runs) > 2
        else (),
    )


def _together(runs: Sequence[ReviewedScores], mode: Mode) -> Decided:
    """Every candidate of the first run with all models' decisions; all were asked the same."""
    found = [{one.key: one for one in decided(run, mode)} for run in runs]
    return [
        (one, tuple(each[key].is_selected if key in each else None for each in found))
        for key, one in found[0].items()
    ]


def slices(mode: Mode, together: Decided) -> Iterator[tuple[Slice, Decided]]:
    """All candidates, then those of each instrument: by its contexts, by side, by group."""
    if not together:
        return
    yield Slice(kind="all", mode=mode), together
    kinds: tuple[Callable[[Candidate], Slice | None], ...] = (
        lambda one: Slice(kind="instrument", mode=mode, instrument=one.instrument),
        lambda one: (
            Slice(kind="context", mode=mode, instrument=one.instrument, context=one.context)
            if one.context
            else None
        ),
        lambda one: (
            Slice(kind="order", mode=mode, instrument=one.instrument, order=one.order)
            if one.order
            else None
        ),
        lambda one: Slice(kind="side", mode=mode, instrument=one.instrument, side=one.side),
        lambda one: Slice(
            kind="group",
            mode=mode,
            instrument=one.instrument,
            contrast_id=one.contrast_id,
            group=one.group,
            side=one.side,
        ),
    )
    for slice_of in kinds:
        found: dict[Slice, list[tuple[Candidate, tuple[bool | None, ...]]]] = {}
        for one, said in together:
            about = slice_of(one)
            if about is not None:
                found.setdefault(about, []).append((one, said))
        yield from found.items()


def agreement(about: Slice, decisions: Decided) -> Agreement:
    """Two models about some candidates: cells, who was left out, and every coefficient."""
    clusters = cells_by_cluster(decisions, is_stratified=about.kind == "all")
    totals = [summed(list(one.values())) for one in clusters]
    cells = summed(totals)
    undecided = [(said[0] is None, said[1] is None) for _, said in decisions]
    common = share([one.both for one in totals], [one.n - one.neither for one in totals], NOBODY)
    return Agreement(
        about=about,
        cells=cells,
        left_out=LeftOut(
            only_first=undecided.count((True, False)),
            only_second=undecided.count((False, True)),
            both=undecided.count((True, True)),
        ),
        agreed=share(
            [one.both + one.neither for one in totals], [one.n for one in totals], NOT_DECIDED
        ),
        kappa=undefined(POOLED) if about.kind == "all" else _kappa(totals),
        positive_agreement=_positive(common, positive_agreement(cells)),
        jaccard=common,
        systemic_ratio=log_coefficient(
            clusters,
            lambda kept: _over(
                summed(list(over_clusters(kept).values())).both, expected_both(kept)
            ),
            n=cells.n,
            because=RATELESS if cells.n else NOT_DECIDED,
        ),
        expected_both=expected_both(clusters),
        n_telling=sum(one.n for one in over_clusters(clusters).values() if one.is_telling),
        excess=excess_of(clusters),
        mcnemar_p=mcnemar_p(cells),
    )


def joint_rejections(about: Slice, decisions: Decided) -> JointRejections:
    """Any number of models about some candidates."""
    known = [(one, said) for one, said in decisions if None not in said]
    clusters: dict[str, list[tuple[str, tuple[bool, ...]]]] = {}
    for one, said in known:
        stratum = stratum_of(one) if about.kind == "all" else ""
        clusters.setdefault(one.cluster, []).append((stratum, tuple(not each for each in said)))
    rejected = [said for kept in clusters.values() for _, said in kept]
    by_all, by_none = sum(map(all, rejected)), sum(not any(said) for said in rejected)
    n_models = len(decisions[0][1])
    return JointRejections(
        about=about,
        all=by_all,
        some=len(rejected) - by_all - by_none,
        none=by_none,
        left_out=len(decisions) - len(known),
        rejected=tuple(sum(said[place] for said in rejected) for place in range(n_models)),
        systemic_ratio=log_coefficient(
            list(clusters.values()),
            lambda kept: _joint_ratio([one for each in kept for one in each]),
            n=len(rejected),
            because=RATELESS if rejected else NOT_DECIDED,
        ),
    )


def _joint_ratio(rejected: Sequence[tuple[str, tuple[bool, ...]]]) -> float | None:
    """Rejected by all over what ΠP_i gives in each stratum; None where that is 0."""
    strata: dict[str, list[tuple[bool, ...]]] = {}
    for stratum, said in rejected:
        strata.setdefault(stratum, []).append(said)
    expected = sum(
        len(kept) * prod(sum(column) / len(kept) for column in zip(*kept, strict=True))
        for kept in strata.values()
    )
    return _over(sum(all(said) for _, said in rejected), expected)


def _kappa(totals: Sequence[Rejections]) -> Effect:
    cells = summed(totals)
    return coefficient(
        totals,
        lambda kept: cohen_kappa(summed(kept)),
        n=cells.n,
        because=NO_CHANCE if cells.n else NOT_DECIDED,
    )


def _positive(common: Effect, value: float | None) -> Effect:
    """Positive agreement is 2J/(1 + J) of Jaccard's J, and so are the ends of its interval."""
    span = common.interval
    if span is None:
        return replace(common, value=value)
    low, high = (2 * end / (1 + end) for end in (span.low, span.high))
    return replace(common, value=value, interval=replace(span, low=low, high=high))


def _over(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None
