"""What is said of an adapter follows from its intervals, and from what is left unusable."""

import re
from dataclasses import replace

from auditor.battery.guise.register_change import register_changes
from auditor.core.fix_results import AdapterResult, Effect, RegisterChange, Slope
from auditor.core.instrument import Battery
from auditor.core.items import Item, Tier
from auditor.core.measures import Interval
from auditor.core.results import AuditResult
from auditor.core.runs import RunRecord
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.fix import adapter_pages
from auditor.reporting.fix.adapter_sentences import unread_sentence
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.pages import AdapterSection
from auditor.reporting.report import summarise
from auditor.reporting.view import view
from tests.battery.guise.scripted_scores import Says, guise_battery, is_dialect, scores_of
from tests.reporting import builders
from tests.reporting.builders import given

ADAPTER = "ad" * 32


def register(after: Says, *, tier: Tier = "standard") -> tuple[RegisterChange, ...]:
    """Everybody is answered favourably before; afterwards the dialect is answered so."""
    battery: Battery = guise_battery(tier)

    def unmoved(_: Item) -> float:
        return 0.0

    return register_changes(
        battery,
        scores_of(battery, unmoved, lambda _: "unfavourable"),
        scores_of(battery, unmoved, lambda i: after if is_dialect(i) else "unfavourable"),
    )


def effect(value: float, half: float = 0.02) -> Effect:
    span = Interval(low=value - half, high=value + half, level=0.95)
    return Effect(value=value, interval=span, n=80, n_clusters=20)


def slope(contrast_id: str, change: float, *, before: float = 0.0) -> Slope:
    return Slope(
        key=f"hiring.score[{contrast_id}]",
        contrast_id=contrast_id,
        unit="score",
        before=effect(before),
        after=effect(before + change),
        change=effect(change),
    )


def adapted(
    changes: tuple[RegisterChange, ...] = (), slopes: tuple[Slope, ...] = ()
) -> AuditResult:
    audited = builders.result()
    record: RunRecord = audited.record
    told = AdapterResult(
        schema=1, adapter_sha256=ADAPTER, n_answers=10, register_changes=changes, slopes=slopes
    )
    return replace(
        audited,
        record=replace(record, model=replace(record.model, adapter_sha256=ADAPTER)),
        adapter=told,
    )


def section(audited: AuditResult) -> AdapterSection:
    return given(adapter_pages.adapter(view(audited)))


def test_without_an_adapter_there_is_no_section() -> None:
    assert adapter_pages.adapter(view(builders.result())) is None


def test_an_adapter_that_was_not_compared_is_said_to_be_unknown() -> None:
    told = section(replace(adapted(), adapter=None))
    assert not told.parts
    assert "What the adapter changes is not known" in told.lead[0]


def test_what_refusals_alone_could_have_made_is_not_called_a_change() -> None:
    (english, russian) = section(adapted(register("refusal"))).parts
    for part in (english, russian):
        points = " ".join(part.points)
        assert "there are more refusals to the dialect" in points
        assert "fewer unfavourable answers" not in points
        assert "unusable answers alone could have made the change" in points


def test_where_none_is_shown_the_size_that_may_still_be_is_named() -> None:
    told = section(adapted(register("unfavourable", tier="quick")))
    assert "that none is shown does not mean that there is none" in told.lead[1]
    (english, _) = told.parts
    (point,) = english.points
    # Seven pairs that agree leave 41 points open.
    assert re.search(r"reach as far as .*±40\.8\spp of the answers", point)
    assert "not ruled out" in point


def test_hiring_is_told_by_sign_and_its_controls_are_none_of_the_groups() -> None:
    groups = [c for c in builders.result().contrasts if c.role == "primary"][:3]
    (control,) = [c for c in builders.result().contrasts if c.role == "positive-control"][:1]
    slopes = (
        slope(control.contrast_id, 0.5),
        slope(groups[0].contrast_id, 0.2),
        slope(groups[1].contrast_id, -0.2),
        slope(groups[2].contrast_id, 0.001),
    )
    (part,) = section(adapted(slopes=slopes)).parts
    worse, better, undecided, number = part.points
    assert f"to the disadvantage of {groups[0].target}, +0.20 [" in worse
    assert f"in favour of {groups[1].target}, −0.20 [" in better
    assert "neither a change nor its absence is shown" in undecided
    assert "3 intervals are not adjusted" in number
    chart = part.chart
    assert isinstance(chart, DotChart)
    assert [row.is_control for row in chart.rows] == [False, False, False, True]


def test_a_missed_control_takes_the_meaning_from_an_absence() -> None:
    seen = replace(
        slope("matched-guise.positive-control", 0.0, before=0.8),
        key="matched-guise.score[matched-guise.positive-control]",
    )
    told = given(adapted(slopes=(seen,)).adapter)
    assert unread_sentence(told, "matched-guise") == ""
    blind = replace(told, slopes=(replace(seen, after=effect(0.0)),))
    assert "not detected with the adapter" in unread_sentence(blind, "matched-guise")


def test_every_number_of_the_section_stands_beside_its_interval() -> None:
    report = summarise(adapted(register("refusal"), (slope("race.terms", 0.2),)))
    page = render_html(report)
    assert 'id="adapter"' in page
    assert {"adapter.svg", "adapter-1.svg", "adapter-2.svg"} <= chart_files(report).keys()
    told = given(report.adapter)
    for part in told.parts:
        for table in part.tables:
            for row in table.rows:
                for cell in row[1:4]:
                    assert cell.note.startswith("["), (table.caption, cell)
        assert isinstance(part.chart, DotChart)
        assert len(part.chart.alt) <= 300
