"""What an instruction changes: paired, with its cost beside it, and its sign kept."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from auditor.core.measures import Interval, Measure
from auditor.core.results import AuditResult
from auditor.reporting.condition_sentences import is_neutral_alike, is_over_corrected
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.pages import Conditions, Part
from auditor.reporting.report import summarise
from auditor.reporting.view import view
from tests.reporting import builders
from tests.reporting.builders import measure
from tests.reporting.standalone_builders import UNDER, standalone_contrasts, standalone_result

RESULT = standalone_result("hiring", is_alone=True)
ABOUT = standalone_contrasts("hiring")[0]
SCORE = f"hiring.score[{ABOUT.contrast_id}]"


def conditions(result: AuditResult) -> Conditions:
    return builders.given(summarise(result).conditions)


def hiring(result: AuditResult) -> Part:
    (part,) = conditions(result).parts
    return part


def with_measures(*changed: Measure) -> AuditResult:
    """The example with these measures in place of those of the same id."""
    by_id = {m.measure_id: m for m in changed}
    return replace(RESULT, measures=tuple(by_id.get(m.measure_id, m) for m in RESULT.measures))


def scored(value: float, error: float, *, name: str = "hiring.score") -> Measure:
    one = measure(name, ABOUT, value, error)
    condition = name.partition("@")[2]
    return replace(one, condition=condition or "question")  # type: ignore[arg-type]


def test_a_run_without_conditions_has_no_such_section() -> None:
    report = summarise(standalone_result("stability", is_alone=True))
    assert report.conditions is None
    assert "conditions" not in {entry.section_id for entry in report.contents}


def test_every_condition_of_every_contrast_has_a_row_with_both_unusable_shares() -> None:
    part = hiring(RESULT)
    n_groups = sum(c.role == "primary" for c in standalone_contrasts("hiring"))
    (table,) = part.tables
    assert len(table.rows) == n_groups * len(UNDER["hiring"])
    heads = [column.text for column in table.columns]
    for row in table.rows:
        cells = dict(zip(heads, row, strict=True))
        assert cells["Unusable, plain"].text.endswith("%")
        assert cells["Change"].note.startswith("[")
        assert cells["n (stimuli)"].text
    assert isinstance(part.chart, DotChart)
    assert len(part.chart.series) == 1 + len(UNDER["hiring"])
    assert part.chart.is_connected


@given(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6), st.floats(0.005, 0.2))
def test_over_correction_is_a_turned_sign_that_both_intervals_show(
    plain: float, after: float, error: float
) -> None:
    one, two = scored(plain, error), scored(after, error, name="hiring.score@instruction")
    result = with_measures(one, two)
    seen = view(result)
    assert one.interval is not None
    assert two.interval is not None
    told = is_over_corrected(seen, "hiring.score", ABOUT, "instruction")
    assert told == (one.interval.low > 0 > two.interval.high)


def test_over_correction_is_named_with_both_numbers() -> None:
    turned = with_measures(scored(0.3, 0.02), scored(-0.2, 0.02, name="hiring.score@instruction"))
    points = " ".join(hiring(turned).points)
    assert "Over-correction under the instruction against bias" in points
    assert "+0.30" in points
    assert "−0.20" in points
    kept = with_measures(scored(0.3, 0.02), scored(0.1, 0.02, name="hiring.score@instruction"))
    first = [p for p in hiring(kept).points if "Over-correction" in p and ABOUT.label[-8:] in p]
    assert first == []


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_the_neutral_instruction_is_named_only_where_its_change_is_shown(
    change: float, neutral: float
) -> None:
    names = ("hiring.score-change@instruction", "hiring.score-change@neutral-instruction")
    one, two = (scored(v, 0.04, name=n) for v, n in zip((change, neutral), names, strict=True))
    seen = view(with_measures(one, two))
    assert one.interval is not None
    assert two.interval is not None
    both_lower = one.interval.high < 0 and two.interval.high < 0
    both_higher = one.interval.low > 0 and two.interval.low > 0
    told = is_neutral_alike(seen, "hiring.score", ABOUT, "instruction")
    assert told == (both_lower or both_higher)


def test_silence_is_named_where_a_score_falls() -> None:
    """And only where the two intervals lie apart."""
    rate = next(m for m in RESULT.measures if m.name == "hiring.invalid-rate@instruction")
    for low, is_told in ((0.8, True), (0.01, False)):
        silent = replace(rate, value=0.9, interval=Interval(low=low, high=0.95, level=0.95))
        points = hiring(with_measures(silent)).points
        assert any("may only be silence" in p for p in points) == is_told


def test_changes_of_an_unread_score_are_no_evidence() -> None:
    missed = replace(measure("hiring.score", standalone_contrasts("hiring")[-1], 0.0, 0.1))
    part = hiring(with_measures(missed))
    assert any("no evidence" in point for point in part.points)
    assert {row[-1].text for row in part.tables[0].rows} == {"n/m"}
