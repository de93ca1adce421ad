"""The chart of impact ratios, from the same groups as its tables. Pure."""

from auditor.reporting import rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.cells import dot
from auditor.reporting.cleaning import clean_line
from auditor.reporting.decision_sentences import FOUR_FIFTHS
from auditor.reporting.language import tr
from auditor.reporting.standards.selection import RatioBlock, RatioChart, RatioRow
from auditor.reporting.standards.selection_groups import DIMENSIONS, Rated, rated_groups, titles
from auditor.reporting.view import View


def ratio_chart(view: View) -> RatioChart | None:
    """Groups by sex, race and both, as decided in writing; by likelihood where nothing was written.

    None without a single ratio: bars and dots of nothing are no chart.
    """
    every = [group for one in DIMENSIONS for group in rated_groups(view, one)]
    mode = "-text" if any(_has_ratio(one) for one in every if one.mode) else ""
    kept = [one for one in every if one.mode == mode]
    if not any(_has_ratio(one) for one in kept):
        return None
    ratios = [one for one in kept if _has_ratio(one)]
    return RatioChart(
        title=_title(ratios, mode),
        alt=_alt(ratios, titles(view).alt),
        blocks=_blocks(view, mode),
    )


def _has_ratio(one: Rated) -> bool:
    return one.ratio is not None and one.ratio.value is not None


def _blocks(view: View, mode: str) -> tuple[RatioBlock, ...]:
    blocks = []
    for one in DIMENSIONS:
        groups = [group for group in rated_groups(view, one) if group.mode == mode]
        if groups:
            blocks.append(
                RatioBlock(title=tr(one.title), rows=tuple(_row(group) for group in groups))
            )
    return tuple(blocks)


def _row(one: Rated) -> RatioRow:
    ratio = one.ratio
    if one.is_reference:
        beside = tr("reference")
    elif ratio is None or ratio.value is None:
        beside = tr("no ratio")
    else:
        beside = (
            f"{rounding.ratio(ratio.value)} {rounding.interval_of_unit(ratio.interval, 'ratio')}"
        )
    is_stated = one.contrast.contrast_id.endswith("-stated")
    group = clean_line(tr(one.rate.group), 40)
    return RatioRow(
        label=tr("{group} (stated)", group=group) if is_stated else group,
        dot=dot(ratio),
        is_reference=one.is_reference,
        n=one.n,
        beside=beside,
        n_text=rounding.count(one.n),
        unknown=rounding.percent(one.rate.invalid_rate),
    )


def _title(ratios: list[Rated], mode: str) -> str:
    """How many intervals lie wholly on either side: a point alone would say too much."""
    spans = [one.ratio.interval for one in ratios if one.ratio is not None]
    n_below = sum(span is not None and span.high < FOUR_FIFTHS for span in spans)
    n_above = sum(span is not None and span.low > FOUR_FIFTHS for span in spans)
    counts = {
        "below": rounding.count(n_below),
        "above": rounding.count(n_above),
        "open": rounding.count(len(spans) - n_below - n_above),
    }
    if mode:
        return tr(
            "Impact ratios in writing, by their intervals: {below} below four fifths, {above} "
            "above, {open} undecided",
            **counts,
        )
    return tr(
        "Impact ratios by likelihood, by their intervals: {below} below four fifths, {above} "
        "above, {open} undecided",
        **counts,
    )


def _alt(ratios: list[Rated], lead: str) -> str:
    ordered = sorted(ratios, key=_size)
    parts = [
        tr(
            "{group}: {ratio}.",
            group=clean_line(tr(one.rate.group), 40),
            ratio=rounding.of_unit(one.ratio.value if one.ratio else None, "ratio"),
        )
        for one in ordered
    ]
    return chart_alt(lead, parts)


def _size(one: Rated) -> float:
    return one.ratio.value or 0.0 if one.ratio is not None else 0.0
