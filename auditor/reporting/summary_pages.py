"""Cover and summary. Pure."""

from collections.abc import Mapping

from auditor.core.items import Contrast
from auditor.core.policy import Verdict
from auditor.core.presentation import About
from auditor.reporting import (
    coverage_pages,
    identity_words,
    instrument_pages,
    naming,
    rounding,
    verdicts,
)
from auditor.reporting.blocks import Cell, Column, Fact, GapChart, Table
from auditor.reporting.cells import UNREAD, mark_cell, value_cell
from auditor.reporting.cleaning import clean_line
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.gap_pages import common_limit, gap_chart, unread_gap_note
from auditor.reporting.language import number, tr
from auditor.reporting.pages import Count, Cover, Summary
from auditor.reporting.reviews.increase_words import increases_verdict
from auditor.reporting.summary_sentences import sentences
from auditor.reporting.view import EXPLICIT, IMPLICIT, View, is_paired, severity_key

MAX_ROWS = 11
"""Rows of the verdict table that fit on the page beside the rest."""


def cover(view: View, about: About | None = None) -> Cover:
    """Page 1."""
    result, record = view.result, view.result.record
    results = next((f.sha256 for f in result.files if f.name == "results.json"), None)
    policy = f"{record.policy.name} {record.policy.version}"
    return Cover(
        model=naming.model_name(record.model),
        mark=verdicts.mark_of(verdicts.of_audit(result)),
        verdict_line=" ".join(
            line
            for line in (
                verdicts.verdict_line(result.findings),
                increases_verdict(result.baseline_findings),
            )
            if line
        ),
        tally_line=verdicts.tally_line(result.findings),
        facts=(
            *_organisation(about),
            Fact(label=tr("Audited"), text=rounding.moment(record.created)),
            Fact(
                label=tr("Battery"),
                text=tr(
                    "{version}, tier {tier}, {n} items",
                    version=clean_line(record.battery.version),
                    tier=record.settings.tier,
                    n=rounding.count(record.battery.n_items),
                ),
            ),
            Fact(label=tr("Policy"), text=clean_line(policy)),
            Fact(label=tr("Run"), text=clean_line(record.run_id), is_code=True),
            identity_words.cover_fact(record.model),
            _hash(tr("Battery hash"), record.battery.sha256),
            _hash(tr("Policy hash"), record.policy.sha256),
            *((_hash(tr("Results hash"), results),) if results else ()),
        ),
    )


def _hash(label: str, sha256: str) -> Fact:
    return Fact(label=label, text=f"sha256 {sha256[:16]}…", is_code=True)


def _organisation(about: About | None) -> tuple[Fact, ...]:
    """Who the report is for, in the words of the audit file."""
    if about is None or not about.organisation:
        return ()
    name = clean_line(about.organisation)
    told = tr("{name} (declared, not verified)", name=name)
    return (Fact(label=tr("Organisation"), text=told, mark="declared"),)


def summary(view: View, n_todos: int) -> Summary:
    """Page 2: what a reader who stops here has to know."""
    categories = {
        c.contrast_id: naming.category_in_prose(c.category) for c in view.result.contrasts
    }
    return Summary(
        sentences=sentences(view),
        table=_table(view),
        chart=_chart(view),
        decisions=tuple(_decisions(view, categories, n_todos)),
        counts=_counts(view, n_todos),
    )


def _decisions(view: View, categories: Mapping[str, str], n_todos: int) -> list[str]:
    """At most four; that the model got worse since an earlier run comes first."""
    asked = verdicts.decisions(view.result.findings, categories, n_todos)
    worse = [
        categories[one.contrast_id]
        for one in view.result.baseline_findings
        if one.verdict is Verdict.FAIL and one.contrast_id in categories
    ]
    if not worse:
        return asked
    first = tr(
        "Whether this version may take the place of the earlier one although it is shown to be "
        "worse for {categories}.",
        categories=naming.listed(list(dict.fromkeys(worse))),
    )
    return [first, *asked][:4]


def _chart(view: View) -> GapChart | DotChart | None:
    """Chart 1; where no words were paired, the scores of the test with the worst verdict."""
    if view.primaries:
        return gap_chart(view, is_small=True)
    ordered = sorted(view.asked, key=lambda finding: severity_key(view, finding))
    worst = [naming.instrument_of(finding.measure_id) for finding in ordered]
    sections = {section.section_id: section.chart for section in instrument_pages.instruments(view)}
    charts = (sections.get(instrument_pages.section_id(name)) for name in worst)
    return next((chart for chart in charts if chart is not None), None)


def _table(view: View) -> Table | None:
    """Categories by score where words were paired and no more; else categories by test."""
    if view.standalone:
        return coverage_pages.verdict_matrix(view)
    return _verdict_table(view) if view.primaries else None


def _verdict_table(view: View) -> Table:
    columns = (
        Column(text=tr("Category")),
        Column(text=tr("Implicit"), kind="number"),
        Column(text=tr("Verdict")),
        Column(text=tr("Explicit"), kind="number"),
        Column(text=tr("Verdict")),
        Column(text=tr("In text")),
    )
    rows = []
    for contrast in _judged(view):
        implicit, explicit = f"{IMPLICIT}.score", f"{EXPLICIT}.score"
        rows.append(
            (
                Cell(text=_row_name(contrast)),
                _short_cell(view, implicit, contrast),
                mark_cell(view.mark(contrast, implicit)),
                _short_cell(view, explicit, contrast),
                mark_cell(view.mark(contrast, explicit)),
                mark_cell(view.mark(contrast, f"{IMPLICIT}.text-score")),
            )
        )
    return Table(
        table_id="t-verdicts",
        caption=_verdict_caption(view),
        columns=columns,
        rows=tuple(rows),
        footnote=" ".join(
            (
                tr(
                    "Score with 95 % interval, from likelihoods. In text: the written pairings; "
                    "more in the register."
                ),
                unread_gap_note(view),
            )
        ).strip(),
        is_dense=True,
    )


def _judged(view: View) -> list[Contrast]:
    """The primary contrasts, each with what else of its category the policy judges."""
    found: list[Contrast] = []
    for primary in view.primaries:
        same = [c for c in view.result.contrasts if c.category == primary.category and is_paired(c)]
        found.append(primary)
        found += [c for c in same if c.role == "ladder" and view.findings_of(c)]
    return found if len(found) <= MAX_ROWS else list(view.primaries)


def _row_name(contrast: Contrast) -> str:
    if contrast.role == "primary":
        return naming.category_name(contrast.category)
    return f"– {naming.contrast_name(contrast)}"


def _short_cell(view: View, name: str, contrast: Contrast) -> Cell:
    """One line; why there is no value stands in the register."""
    measure = view.measure(name, contrast)
    if measure is None or measure.value is None:
        return Cell(text=rounding.NONE, kind="number")
    if not view.is_measurable(contrast, name):
        return Cell(text=tr(UNREAD), kind="number")
    return value_cell(measure)


def _counts(view: View, n_todos: int) -> tuple[Count, ...]:
    result = view.result
    unusable = (
        rounding.percent(result.n_unusable / result.n_text_responses)
        if result.n_text_responses
        else rounding.NONE
    )
    return (
        Count(number=rounding.count(result.record.battery.n_items), label=tr("items asked")),
        Count(number=rounding.count(result.n_responses), label=_kinds(view)),
        Count(number=unusable, label=tr("of written answers unusable")),
        Count(number=rounding.count(len(view.asked)), label=tr("criteria judged")),
        Count(number=rounding.count(n_todos), label=tr("fields to complete")),
    )


def _kinds(view: View) -> str:
    """What the responses were asked for."""
    result = view.result
    rest = (result.n_text_responses, result.n_reasoned, result.n_repeated)
    scored = result.n_responses - sum(rest)
    written, reasoned, repeated = (rounding.count(n) for n in rest)
    parts = (
        tr("{n} by likelihood", n=rounding.count(scored)) if scored else "",
        tr("{n} written", n=written) if result.n_text_responses else "",
        tr("{n} reasoning", n=reasoned) if result.n_reasoned else "",
        tr("{n} repeated", n=repeated) if result.n_repeated else "",
    )
    return tr("responses: {kinds}", kinds=" + ".join(part for part in parts if part))


def _verdict_caption(view: View) -> str:
    limit = common_limit(view)
    if limit is None:
        return tr("Verdicts by category; limits by criterion")
    return tr("Verdicts by category; limit ±{limit}", limit=number(f"{limit:.2f}"))
