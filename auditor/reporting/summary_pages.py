"""Cover, summary, and how explicit and implicit scores compare. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import rounding, wording
from auditor.reporting.cleaning import clean_line
from auditor.reporting.pages import (
    Cell,
    Column,
    Count,
    Cover,
    Fact,
    GapChart,
    GapRow,
    Summary,
    Table,
)
from auditor.reporting.view import (
    EXPLICIT,
    GAP,
    IMPLICIT,
    N_HEAD,
    View,
    answers_cell,
    dot,
    mark_cell,
    value_cell,
)

MAX_ROWS = 11
"""Rows of the verdict table that fit on the page beside the rest."""
MAX_ALT = 300
"""Characters of an alternative text."""


def cover(view: View) -> Cover:
    """Page 1."""
    result, record = view.result, view.result.record
    measures = next((f.sha256 for f in result.files if f.name == "measures.json"), None)
    policy = f"{record.policy.name} {record.policy.version}"
    return Cover(
        model=clean_line(record.model.name),
        mark=wording.MARKS[wording.overall(result.findings)],
        verdict_line=wording.verdict_line(result.findings),
        policy_line=wording.policy_line(result.findings),
        facts=(
            Fact(label="Audited", text=rounding.moment(record.created)),
            Fact(
                label="Battery",
                text=f"{clean_line(record.battery.version)}, tier {record.settings.tier}, "
                f"{rounding.count(record.battery.n_items)} items",
            ),
            Fact(label="Policy", text=clean_line(policy)),
            Fact(label="Run", text=clean_line(record.run_id), is_code=True),
            Fact(label="Weights", text=f"sha256 {record.model.weights_sha256[:16]}…", is_code=True),
            Fact(label="Battery hash", text=f"sha256 {record.battery.sha256[:16]}…", is_code=True),
            Fact(label="Policy hash", text=f"sha256 {record.policy.sha256[:16]}…", is_code=True),
            *(
                (Fact(label="Results hash", text=f"sha256 {measures[:16]}…", is_code=True),)
                if measures
                else ()
            ),
        ),
    )


def summary(view: View, n_todos: int) -> Summary:
    """Page 2: what a reader who stops here has to know."""
    categories = {c.contrast_id: wording.category_name(c.category) for c in view.result.contrasts}
    return Summary(
        sentences=(_worst_sentence(view), gap_sentence(view), _unmeasured_sentence(view)),
        table=_verdict_table(view),
        chart=gap_chart(view, is_small=True),
        decisions=tuple(wording.decisions(view.result.findings, categories, n_todos)),
        counts=_counts(view, n_todos),
    )


def gap_sentence(view: View) -> str:
    """How the implicit and explicit scores compare, as far as both can be read."""
    gaps = [(c, view.measure(GAP, c)) for c in view.primaries if _is_gap_readable(view, c)]
    read = [(c, g) for c, g in gaps if g is not None and g.interval is not None]
    if not read:
        return (
            "How far what the model implies differs from what it states cannot be read: in no "
            "category were both tests measurable."
        )
    above = [pair for pair in read if _low(pair[1]) > 0]
    below = sum(_high(gap) < 0 for _, gap in read)
    where = f"of the {len(read)} categories where both tests can be read"
    if not above:
        tail = f"; in {below} it is below it" if below else ""
        return (
            f"In none {where} is the implicit score shown to be above the explicit one (95 % "
            f"interval of the difference above zero){tail}."
        )
    contrast, gap = above[0]
    tail = f", and in {below} it is below it" if below else ""
    return (
        f"In {len(above)} {where}, the model implies more of the stereotype than it states (95 % "
        f"interval of the gap above zero){tail}; the largest such gap is in "
        f"{wording.category_name(contrast.category).lower()}, {wording.value_text(gap)}."
    )


def gap_chart(view: View, *, is_small: bool = False) -> GapChart:
    """Chart 1 for the primary contrasts."""
    rows = tuple(gap_row(view, c, wording.category_name(c.category)) for c in view.primaries)
    return GapChart(
        title=_chart_title(view),
        alt=_alt("Explicit and implicit score of each category with 95 % intervals.", view),
        limit=_common_limit(view),
        rows=rows,
        is_small=is_small,
    )


def gap_row(view: View, contrast: Contrast, label: str) -> GapRow:
    """One row of chart 1."""
    gap = view.measure(GAP, contrast)
    return GapRow(
        label=label,
        explicit=dot(view.measure(f"{EXPLICIT}.score", contrast)),
        implicit=dot(view.measure(f"{IMPLICIT}.score", contrast)),
        gap=rounding.of_unit(gap.value if gap else None, "score"),
        mark=view.mark(contrast),
    )


def gap_table(view: View) -> Table:
    """The numbers of chart 1."""
    columns = ("Category", "Implicit", "Explicit", "Gap", "Stimuli on its side", N_HEAD)
    rows = []
    for contrast in view.primaries:
        implicit = view.measure(f"{IMPLICIT}.score", contrast)
        explicit = view.measure(f"{EXPLICIT}.score", contrast)
        rows.append(
            (
                Cell(
                    text=wording.category_name(contrast.category),
                    note=wording.contrast_name(contrast),
                ),
                value_cell(implicit),
                value_cell(explicit),
                value_cell(view.measure(GAP, contrast)),
                Cell(text=_shares(implicit, explicit), kind="number"),
                answers_cell(implicit),
            )
        )
    return Table(
        table_id="t-gap",
        caption="Implicit and explicit score, and the gap between them, with 95 % intervals",
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(rows),
        footnote="Stimuli on the side of the stereotype: implicit / explicit, after balancing. "
        "n: answers scored by likelihood for the implicit score.",
    )


def chart_alt(lead: str, parts: list[str]) -> str:
    """An alternative text of at most 300 characters, made of whole parts."""
    text = lead
    for part in parts:
        if len(text) + len(part) + 1 <= MAX_ALT:
            text = f"{text} {part}"
    return text


def _worst_sentence(view: View) -> str:
    worst = min(view.result.findings, key=lambda f: severity_key(view, f), default=None)
    contrast = view.contrast(worst.contrast_id) if worst else None
    if worst is None or contrast is None:
        return "Nothing was judged: the policy declares no criterion that ran."
    measure = view.by_measure.get(worst.measure_id)
    name = wording.contrast_title(contrast)
    lead = {
        Verdict.FAIL: f"The worst finding is “{name}”.",
        Verdict.WARN: f"Nothing is shown to be beyond its limit; the clearest effect is “{name}”.",
    }.get(worst.verdict, "Nothing is shown to be beyond its limit.")
    if worst.verdict is Verdict.NOT_MEASURABLE:
        return lead
    return f"{lead} {wording.finding_sentence(worst, measure, contrast)}"


def severity_key(view: View, finding: Finding) -> tuple[int, float]:
    """Sorts findings from worst to best: by verdict, then by size."""
    measure = view.by_measure.get(finding.measure_id)
    size = abs(measure.value) if measure is not None and measure.value is not None else 0.0
    return (wording.SEVERITY.index(finding.verdict), -size)


def _unmeasured_sentence(view: View) -> str:
    result = view.result
    n = len(result.findings)
    none = sum(f.verdict is Verdict.NOT_MEASURABLE for f in result.findings)
    open_ = sum(f.verdict is Verdict.INCONCLUSIVE for f in result.findings)
    share = result.n_unusable / result.n_text_responses if result.n_text_responses else None
    undecided = [
        *([f"{none} cannot be measured on this model"] if none else []),
        *([f"{open_} stay inconclusive"] if open_ else []),
    ]
    parts = [
        f"Of {n} criteria, {' and '.join(undecided)}"
        if undecided
        else f"All {n} criteria could be decided"
    ]
    if share is not None:
        parts.append(
            f"{rounding.percent(share)} of the {rounding.count(result.n_text_responses)} written "
            "answers could not be scored"
        )
    return "; ".join(parts) + ". What lies outside the battery is listed under scope."


def _verdict_table(view: View) -> Table:
    columns = ("Category", "Implicit", "", "Explicit", "", "In text")
    rows = []
    for contrast in _judged(view):
        implicit, explicit = f"{IMPLICIT}.score", f"{EXPLICIT}.score"
        rows.append(
            (
                Cell(text=_row_name(contrast)),
                _short_cell(view.measure(implicit, contrast)),
                mark_cell(view.mark(contrast, implicit)),
                _short_cell(view.measure(explicit, contrast)),
                mark_cell(view.mark(contrast, explicit)),
                mark_cell(view.mark(contrast, f"{IMPLICIT}.text-score")),
            )
        )
    return Table(
        table_id="t-verdicts",
        caption=f"Verdicts by category; {_limit_words(view)}",
        columns=tuple(
            Column(text=c or "Verdict", kind="number" if c in ("Implicit", "Explicit") else "text")
            for c in columns
        ),
        rows=tuple(rows),
        footnote="Score with 95 % interval, from likelihoods. In text: the written pairings; their "
        "numbers, n and unusable shares stand in the register.",
        is_dense=True,
    )


def _judged(view: View) -> list[Contrast]:
    """The primary contrasts, each with what else of its category the policy judges."""
    found: list[Contrast] = []
    for primary in view.primaries:
        same = [c for c in view.result.contrasts if c.category == primary.category]
        found.append(primary)
        found += [c for c in same if c.role == "ladder" and view.findings_of(c)]
    return found if len(found) <= MAX_ROWS else list(view.primaries)


def _row_name(contrast: Contrast) -> str:
    if contrast.role == "primary":
        return wording.category_name(contrast.category)
    return f"– {wording.contrast_name(contrast)}"


def _short_cell(measure: Measure | None) -> Cell:
    """One line; why there is no value stands in the register."""
    if measure is None or measure.value is None:
        return Cell(text=rounding.NONE, kind="number")
    return value_cell(measure)


def _counts(view: View, n_todos: int) -> tuple[Count, ...]:
    result = view.result
    unusable = (
        rounding.percent(result.n_unusable / result.n_text_responses)
        if result.n_text_responses
        else rounding.NONE
    )
    return (
        Count(number=rounding.count(result.record.battery.n_items), label="items asked"),
        Count(number=rounding.count(result.n_responses), label="responses kept as evidence"),
        Count(number=unusable, label="of written answers unusable"),
        Count(number=rounding.count(len(result.findings)), label="criteria judged"),
        Count(number=rounding.count(n_todos), label="fields to complete"),
    )


def _is_gap_readable(view: View, contrast: Contrast) -> bool:
    return all(view.is_measurable(contrast, f"{name}.score") for name in (IMPLICIT, EXPLICIT))


def _low(measure: Measure) -> float:
    return measure.interval.low if measure.interval else 0.0


def _high(measure: Measure) -> float:
    return measure.interval.high if measure.interval else 0.0


def _common_limit(view: View) -> float | None:
    limits = {f.limit for f in view.result.findings if f.measure_id.split("[")[0] != GAP}
    return limits.pop() if len(limits) == 1 else None


def _limit_words(view: View) -> str:
    limit = _common_limit(view)
    return "limits by criterion" if limit is None else f"limit ±{limit:.2f}"


def _chart_title(view: View) -> str:
    readable = [c for c in view.primaries if _is_gap_readable(view, c)]
    if not readable:
        return "Explicit and implicit scores; not both are measurable in any category"
    contrast = readable[0]
    explicit = view.measure(f"{EXPLICIT}.score", contrast)
    implicit = view.measure(f"{IMPLICIT}.score", contrast)
    name = wording.category_name(contrast.category)
    return (
        f"{name}: explicit {rounding.of_unit(explicit.value if explicit else None, 'score')}, "
        f"implicit {rounding.of_unit(implicit.value if implicit else None, 'score')}"
    )


def _alt(lead: str, view: View) -> str:
    scored = [
        (c, m.value)
        for c in view.primaries
        if (m := view.measure(f"{IMPLICIT}.score", c)) is not None and m.value is not None
    ]
    parts = []
    if scored:
        high = max(scored, key=lambda pair: pair[1])
        low = min(scored, key=lambda pair: pair[1])
        parts.append(
            f"Implicit largest in {wording.category_name(high[0].category).lower()} "
            f"({rounding.signed(high[1])}), smallest in "
            f"{wording.category_name(low[0].category).lower()} ({rounding.signed(low[1])})."
        )
    words = [wording.MARKS[v].word for v in wording.SEVERITY]
    marks = [mark.word for c in view.primaries if (mark := view.mark(c)) is not None]
    tally = [f"{marks.count(word)} {word}" for word in words if word in marks]
    if tally:
        parts.append(f"Verdicts: {', '.join(tally)}.")
    return chart_alt(lead, parts)


def _shares(*measures: Measure | None) -> str:
    return " / ".join(
        rounding.NONE
        if m is None or m.stereotype_share is None
        else rounding.percent(m.stereotype_share)
        for m in measures
    )
