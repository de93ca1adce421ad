"""What became of the written answers: kept, changed, or unusable. Pure."""

from auditor.core.fix_results import Composition, FixResult
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import AnswerBar, AnswerChart, AnswerPanel, Cell, Table
from auditor.reporting.fix.fix_cards import few
from auditor.reporting.fix.fix_tables import count_cell, fix_table
from auditor.reporting.language import mark, tr, tr_n

UNUSABLE = ("refusal", "invalid")
"""Labels of written answers that nobody can use."""
_BEFORE = {
    "stereotype": mark("Stereotyped before"),
    "counter": mark("Counter-stereotyped before"),
    "neutral": mark("Neutral before"),
    "refusal": mark("Refused before"),
    "invalid": mark("Not to be scored before"),
}
_AFTER = {
    "stereotype": mark("Stereotyped after"),
    "counter": mark("Counter-stereotyped after"),
    "neutral": mark("Neutral after"),
    "refusal": mark("Refused after"),
    "invalid": mark("Not to be scored after"),
}
_ORDER = tuple(_BEFORE)


def answer_chart(told: FixResult) -> AnswerChart | None:
    """Chart 2 again: all answers before and after, and what became of the stereotyped ones."""
    asked = [one for one in told.compositions if one.n]
    if not asked:
        return None
    return AnswerChart(
        title=tr("What the written answers were, before and after"),
        alt=chart_alt(
            tr(
                "Shares of the written answers that are stereotyped, neutral, unusable and "
                "counter-stereotyped: before, after, and after of those stereotyped before."
            ),
            [_answer_alt(one) for one in asked],
        ),
        panels=tuple(
            AnswerPanel(title=naming.heading(one.instrument), bars=_answer_bars(one))
            for one in asked
        ),
    )


def composition_sentence(told: Composition) -> str:
    """What became of the answers that were stereotyped before: changed, or unusable."""
    name = naming.heading(told.instrument)
    left = _became(told, "stereotype")
    n = sum(left.values())
    lost = sum(left.get(label, 0) for label in UNUSABLE)
    gone = n - left.get("stereotype", 0)
    before = sum(count for was, _, count in told.flows if was in UNUSABLE)
    after = sum(count for _, now, count in told.flows if now in UNUSABLE)
    ends = {
        "before": rounding.count(before),
        "after": rounding.count(after),
        "n": rounding.count(told.n),
    }
    if not n:
        return tr(
            "{name}: no written answer was stereotyped before; unusable are {before} before and "
            "{after} after, of {n}.",
            name=name,
            **ends,
        )
    became = tr_n(
        "{name}: of one written answer stereotyped before, {stayed} stayed so, {counter} became "
        "counter-stereotyped, {neutral} neutral and {unusable} unusable.",
        "{name}: of {n} written answers stereotyped before, {stayed} stayed so, {counter} became "
        "counter-stereotyped, {neutral} neutral and {unusable} unusable.",
        n,
        n=few(n),
        name=name,
        stayed=rounding.count(n - gone),
        counter=rounding.count(left.get("counter", 0)),
        neutral=rounding.count(left.get("neutral", 0)),
        unusable=rounding.count(lost),
    )
    in_all = tr("In all, unusable are {before} before and {after} after, of {n}.", **ends)
    return " ".join((became, *_left(gone, lost), in_all))


def _left(gone: int, lost: int) -> tuple[str, ...]:
    """How many of the answers that are no longer stereotyped are unusable now."""
    if not gone:
        return ()
    return (
        tr_n(
            "So of one answer that left, {lost} left by becoming unusable ({share}).",
            "So of {n} answers that left, {lost} left by becoming unusable ({share}).",
            gone,
            n=few(gone),
            lost=rounding.count(lost),
            share=rounding.percent(lost / gone),
        ),
    )


def flow_table(told: Composition) -> Table:
    """What each answer became: rows before, columns after."""
    counts = {(was, now): 0 for was in _ORDER for now in _ORDER}
    for was, now, n in told.flows:
        counts[was, now] = counts.get((was, now), 0) + n
    labels = [one for one in _ORDER if any(one in pair and n for pair, n in counts.items())]
    rows = [
        (
            Cell(text=tr(_BEFORE[was])),
            *(count_cell(counts[was, now]) for now in labels),
            count_cell(sum(counts[was, now] for now in labels)),
        )
        for was in labels
    ]
    ends = (
        Cell(text=tr("All, after")),
        *(count_cell(sum(counts[was, now] for was in labels)) for now in labels),
        count_cell(told.n),
    )
    return fix_table(
        f"t-fix-flows-{told.instrument}",
        tr(
            "{name}: what each written answer became, as counts",
            name=naming.heading(told.instrument),
        ),
        (tr("Answers"), *(tr(_AFTER[now]) for now in labels), tr("All, before")),
        [*rows, ends],
        footnote=tr(
            "The same questions, written greedily before and after. Counts of this run’s "
            "questions, which are not independent; the change of the share of unusable answers "
            "stands in the gate’s table with its interval."
        ),
    )


def _became(told: Composition, before: str) -> dict[str, int]:
    """What the answers with a label became, by label."""
    left: dict[str, int] = {}
    for was, now, count in told.flows:
        if was == before:
            left[now] = left.get(now, 0) + count
    return left


def _answer_bars(told: Composition) -> tuple[AnswerBar, ...]:
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for was, now, count in told.flows:
        before[was] = before.get(was, 0) + count
        after[now] = after.get(now, 0) + count
    left = _became(told, "stereotype")
    bars = (
        (tr("before"), before),
        (tr("after"), after),
        (tr("stereotyped before: after"), left),
    )
    return tuple(_answer_bar(label, counts) for label, counts in bars if sum(counts.values()))


def _answer_bar(label: str, counts: dict[str, int]) -> AnswerBar:
    n = sum(counts.values())
    unusable = sum(counts.get(one, 0) for one in UNUSABLE)
    return AnswerBar(
        label=label,
        stereotype=counts.get("stereotype", 0) / n,
        neutral=counts.get("neutral", 0) / n,
        unusable=unusable / n,
        counter=counts.get("counter", 0) / n,
        n=rounding.count(n),
    )


def _answer_alt(told: Composition) -> str:
    left = _became(told, "stereotype")
    lost = sum(left.get(one, 0) for one in UNUSABLE)
    return tr(
        "{name}: of {n} stereotyped, {stayed} stayed, {unusable} became unusable.",
        name=naming.heading(told.instrument),
        n=sum(left.values()),
        stayed=left.get("stereotype", 0),
        unusable=lost,
    )
