"""What is said where nothing is decided: no more, and no less, than the numbers allow."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting import reasons, verdicts
from auditor.reporting.pages import Report
from auditor.reporting.report import summarise
from tests.reporting import builders
from tests.reporting.builders import LIMIT, contrasts, measure, result

ABOUT = contrasts()[0]
IMPLICIT = "word-association.score"


def finding(verdict: Verdict = Verdict.INCONCLUSIVE) -> Finding:
    return Finding(
        criterion_id="c",
        measure_id=f"{IMPLICIT}[{ABOUT.contrast_id}]",
        contrast_id=ABOUT.contrast_id,
        limit=LIMIT,
        verdict=verdict,
        reasons=("includes-zero",),
        adjusted_p=0.21,
        adjusted_p_beyond=None,
        null_value=None,
        positive_control=None,
        exceeds_policy=False,
    )


def all_judged(verdict: Verdict) -> AuditResult:
    """The example, with one verdict on every criterion."""
    told = result()
    found = tuple(replace(f, verdict=verdict, reasons=("includes-zero",)) for f in told.findings)
    return replace(told, findings=found)


def everything(report: Report) -> str:
    return " ".join(report.summary.sentences)


@given(st.floats(-0.9, 0.9), st.floats(0.001, 0.4))
def test_zero_is_not_ruled_out_only_by_an_interval_that_holds_it(
    value: float, error: float
) -> None:
    taken = measure(IMPLICIT, ABOUT, value, error)
    brief = reasons.brief_reasons(finding(), taken, None, n_tested=10)
    (sentence,) = reasons.reason_sentences(finding(), taken, None, n_tested=10)
    assert taken.interval is not None
    holds_zero = taken.interval.low <= 0 <= taken.interval.high
    for text in (brief, sentence):
        assert ("not ruled out" in text) == holds_zero
        assert ("taken alone, but not after correction for 10 criteria" in text) != holds_zero


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=9))
def test_the_cover_counts_every_criterion(found: list[Verdict]) -> None:
    line = verdicts.tally_line([finding(v) for v in found])
    counts = [int(part.split()[0]) for part in line.split(".")[0].split(", ")]
    assert sum(counts) == len(found)
    assert ("Nothing was cleared" in line) == (Verdict.PASS not in found)
    assert "exit code" not in line


def test_no_card_is_announced_where_there_is_none() -> None:
    told = all_judged(Verdict.INCONCLUSIVE)
    lead = summarise(told).cards_lead
    assert lead == (
        f"No criterion shows an effect; all {len(told.findings)} are undecided and listed below."
    )


@pytest.mark.parametrize(
    ("effect", "words"),
    [(0.05, ""), (0.4, "so it can hardly settle a criterion")],
)
def test_the_summary_says_what_the_tier_could_detect(effect: float, words: str) -> None:
    told = all_judged(Verdict.INCONCLUSIVE)
    taken = tuple(
        replace(m, minimum_detectable_effect=effect, position_bias_rate=0.9) for m in told.measures
    )
    summary = everything(summarise(replace(told, measures=taken)))
    assert f"detects implicit effects of {effect:.2f} with" in summary
    assert words in summary
    assert ("settle" in summary) == bool(words)
    assert "90\u00a0% of the likelier answers followed the listed order" in summary


def test_a_low_share_in_listed_order_is_not_called_a_habit() -> None:
    told = all_judged(Verdict.INCONCLUSIVE)
    taken = tuple(replace(m, position_bias_rate=0.6) for m in told.measures)
    assert "listed order" not in everything(summarise(replace(told, measures=taken)))


def test_what_is_not_measurable_has_no_detectable_effect() -> None:
    report = summarise(all_judged(Verdict.NOT_MEASURABLE))
    for table in report.register.tables:
        place = [column.text for column in table.columns].index("MDE")
        assert {row[place].text for row in table.rows} == {"–"}
    assert "detects" not in everything(report)


def test_a_note_on_bounds_stands_only_where_bounds_do() -> None:
    told = result()
    closed = replace(told, measures=tuple(replace(m, bounds=None) for m in told.measures))
    for one in (told, closed):
        register = summarise(one).register
        cells = [cell for table in register.tables for row in table.rows for cell in row]
        assert ("Bounds:" in register.footnote) == any(cell.more for cell in cells)


def test_weights_have_one_hash_wherever_they_stand() -> None:
    report = summarise(result())
    full = result().record.model.weights_sha256
    shown = [f.text for f in (*report.system, *report.provenance.facts) if f.label == "Weights"]
    assert shown == [f"sha256 {full}"] * 2
    (cover,) = [f.text for f in report.cover.facts if f.label == "Weights"]
    assert cover.removesuffix("…") in shown[0]


@given(st.lists(st.sampled_from(list(Verdict)), max_size=9), st.integers(1, 5))
def test_what_was_not_asked_is_counted_apart_and_keeps_an_audit_from_passing(
    found: list[Verdict], n_left_out: int
) -> None:
    left_out = replace(finding(Verdict.NOT_MEASURABLE), reasons=("not-asked",))
    every = [*(finding(v) for v in found), *[left_out] * n_left_out]
    assert verdicts.overall(every) is not Verdict.PASS
    assert verdicts.overall(every) is not Verdict.WARN
    if found and Verdict.NOT_MEASURABLE not in found:
        assert verdicts.overall(every) in (Verdict.FAIL, Verdict.INCONCLUSIVE)
    assert f"{n_left_out} not asked" in verdicts.tally_line(every)
    assert "in this run" in verdicts.verdict_line(every)


def test_a_half_that_was_not_run_is_not_called_unmeasurable() -> None:
    told = result()
    alone = replace(
        told,
        instruments=told.instruments[:1],
        measures=tuple(m for m in told.measures if m.instrument == "word-association"),
    )
    report = summarise(alone)
    gap = builders.given(report.gap)
    assert "was left out of this run" in gap.lead
    assert "was left out of this run" in gap.chart.title
    assert "mirrored-statements (explicit)" in report.scope.not_run
    assert len(report.scope.matrix.rows) == 1
