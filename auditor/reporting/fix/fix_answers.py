"""What became of the written answers: kept, changed, or unusable. Pure."""

from auditor.core.fix_results import Composition, FixResult
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import AnswerBar, AnswerChart, AnswerPanel, Cell, Table
from auditor.reporting.fix.fix_cards import counted
from auditor.reporting.fix.fix_tables import fix_table, number

UNUSABLE = ("refusal", "invalid")
"""Labels of written answers that nobody can use."""
_LABELS = {
    "stereotype": "stereotyped",
    "counter": "counter-stereotyped",
    "neutral": "neutral",
    "refusal": "refused",
    "invalid": "not to be scored",
}
_ORDER = tuple(_LABELS)


def answer_chart(told: FixResult) -> AnswerChart | None:
    """Chart 2 again: all answers before and after, and what became of the stereotyped ones."""
    asked = [one for one in told.compositions if one.n]
    if not asked:
        return None
    return AnswerChart(
        title="What the written answers were, before and after",
        alt=chart_alt(
            "Shares of the written answers that are stereotyped, neutral, unusable and "
            "counter-stereotyped: before, after, and after of those stereotyped before.",
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
    ends = (
        f"unusable are {rounding.count(before)} before and {rounding.count(after)} after, of "
        f"{rounding.count(told.n)}"
    )
    if not n:
        return f"{name}: no written answer was stereotyped before; {ends}."
    of_gone = (
        f" So of {counted(gone, 'answer')} that left, {rounding.count(lost)} left by becoming "
        f"unusable ({rounding.percent(lost / gone)})."
        if gone
        else ""
    )
    return (
        f"{name}: of {counted(n, 'written answer')} stereotyped before, "
        f"{rounding.count(n - gone)} stayed so, {rounding.count(left.get('counter', 0))} became "
        f"counter-stereotyped, {rounding.count(left.get('neutral', 0))} neutral and "
        f"{rounding.count(lost)} unusable.{of_gone} In all, {ends}."
    )


def flow_table(told: Composition) -> Table:
    """What each answer became: rows before, columns after."""
    counts = {(was, now): 0 for was in _ORDER for now in _ORDER}
    for was, now, n in told.flows:
        counts[was, now] = counts.get((was, now), 0) + n
    labels = [one for one in _ORDER if any(one in pair and n for pair, n in counts.items())]
    rows = [
        (
            Cell(text=f"{naming.capital(_LABELS[was])} before"),
            *(number(counts[was, now]) for now in labels),
            number(sum(counts[was, now] for now in labels)),
        )
        for was in labels
    ]
    ends = (
        Cell(text="All, after"),
        *(number(sum(counts[was, now] for was in labels)) for now in labels),
        number(told.n),
    )
    return fix_table(
        f"t-fix-flows-{told.instrument}",
        f"{naming.heading(told.instrument)}: what each written answer became, as counts",
        ("Answers", *(naming.capital(f"{_LABELS[now]} after") for now in labels), "All, before"),
        [*rows, ends],
        footnote="The same questions, written greedily before and after. Counts of this run’s "
        "questions, which are not independent; the change of the share of unusable answers stands "
        "in the gate’s table with its interval.",
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
    bars = [("before", before), ("after", after), ("after, of those", left)]
    labels = ("before", "after", "stereotyped before: after")
    return tuple(
        _answer_bar(label, counts)
        for label, (_, counts) in zip(labels, bars, strict=True)
        if sum(counts.values())
    )


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
    return (
        f"{naming.heading(told.instrument)}: of {sum(left.values())} stereotyped, "
        f"{left.get('stereotype', 0)} stayed, {lost} became unusable."
    )
