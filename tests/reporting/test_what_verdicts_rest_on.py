"""Beside a verdict stands what it rests on: intervals, p values, counts, answers and noise."""

import re
from dataclasses import replace

import pytest

from auditor.core.measures import Interval, Measure
from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult, Quote
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell
from auditor.reporting.coverage_pages import verdict_matrix
from auditor.reporting.finding_pages import criterion_title
from auditor.reporting.language import SPACE
from auditor.reporting.pages import Card
from auditor.reporting.report import summarise
from auditor.reporting.view import IMPLICIT, view
from tests.reporting.builders import given, result

RACE = "race.colour-words"


def register(told: AuditResult) -> list[tuple[Finding, dict[str, Cell]]]:
    """Each finding with the cells of its row."""
    rows = {
        row[0].text: dict(zip([c.text for c in table.columns], row, strict=True))
        for table in summarise(told).register.tables
        for row in table.rows
    }
    return [(finding, rows[finding.criterion_id]) for finding in view(told).asked]


def changed(told: AuditResult, name: str, **values: object) -> AuditResult:
    """The result with measures of one name changed."""
    return replace(
        told,
        measures=tuple(
            replace(m, **values) if m.name == name else m  # type: ignore[arg-type]
            for m in told.measures
        ),
    )


def warned(told: AuditResult) -> AuditResult:
    """The result with its first failure turned into a warning about its size."""
    failed = next(f for f in told.findings if f.verdict is Verdict.FAIL)
    mild = replace(
        failed, verdict=Verdict.WARN, reasons=("straddles-limit",), adjusted_p_beyond=0.16
    )
    return replace(told, findings=tuple(mild if f is failed else f for f in told.findings))


def card_of(told: AuditResult, criterion_id: str) -> Card:
    (card,) = [c for c in summarise(told).cards if c.criterion_id == criterion_id]
    return card


def test_a_pass_stands_with_the_interval_that_it_rests_on_and_nothing_else_does() -> None:
    told = result()
    for finding, row in register(told):
        inside = view(told).by_measure[finding.measure_id].equivalence_interval
        last = row["Observed [95\u00a0%]"].last
        if finding.verdict is Verdict.PASS:
            assert last == f"90 %: {rounding.interval(inside, finding.limit)}"
        else:
            assert not last
    assert any(f.verdict is Verdict.PASS for f in told.findings)
    assert "90 %:" in summarise(told).register.footnote


def test_a_rate_passes_by_the_interval_that_is_printed_anyway() -> None:
    told = result()
    passed = next(f for f in told.findings if f.verdict is Verdict.PASS)
    name = passed.measure_id.partition("[")[0]
    for finding, row in register(changed(told, name, unit="rate")):
        if finding.measure_id.startswith(f"{name}["):
            assert not row["Observed [95\u00a0%]"].last


def test_both_p_values_are_named_wherever_they_stand() -> None:
    told = warned(result())
    for finding, row in register(told):
        shown = row["p of 0 (Holm)"]
        assert shown.text == rounding.p_value(finding.adjusted_p)
        has_card = finding.verdict in (Verdict.FAIL, Verdict.WARN)
        beyond = f"of limit {rounding.p_value(finding.adjusted_p_beyond)}"
        assert shown.note == (beyond if has_card else "")
    mild = next(f for f in told.findings if "straddles-limit" in f.reasons)
    card = card_of(told, mild.criterion_id)
    assert "p of limit: 0.16" in card.observed
    assert f"p of 0: {rounding.p_value(mild.adjusted_p)}" in card.observed
    assert any("(p of limit: 0.16)" in reason for reason in card.reasons)
    assert "is not shown once corrected" in card.lead
    footnote = summarise(told).register.footnote
    assert "p of 0:" in footnote
    assert "p of limit" in footnote


def test_a_cell_that_hides_better_verdicts_says_how_many_there_are() -> None:
    told = result()
    seen = view(told)
    cells = {
        (use.name, category): cell
        for use, row in zip(told.instruments, verdict_matrix(seen).rows, strict=True)
        for category, cell in zip(seen.categories, row[1:], strict=True)
    }
    several = 0
    for (name, category), cell in cells.items():
        found = [
            f.verdict
            for f in seen.asked
            if f.measure_id.startswith(f"{name}.") and f.contrast_id.startswith(f"{category}.")
        ]
        is_mixed = len(set(found)) > 1
        several += is_mixed
        assert cell.note == (f"({len(found)})" if is_mixed else "")
    assert several
    assert "in the order fail, warn, open, n/m, pass" in verdict_matrix(seen).footnote


def test_an_effect_larger_than_the_scale_is_not_printed_as_a_number() -> None:
    told = changed(result(), f"{IMPLICIT}.score", minimum_detectable_effect=10.7)
    blind = [row["MDE"].text for f, row in register(told) if f"{IMPLICIT}.score" in f.measure_id]
    assert set(blind) <= {f">{SPACE}2", rounding.NONE}
    assert f">{SPACE}2" in blind
    assert "10.7" not in repr(summarise(told))


def ruled_pass(rate: float) -> tuple[AuditResult, Finding]:
    """The result with the answers of one pass ruled by position."""
    told = result()
    passed = next(f for f in told.findings if f.verdict is Verdict.PASS)
    measures = tuple(
        replace(m, position_bias_rate=rate) if m.measure_id == passed.measure_id else m
        for m in told.measures
    )
    return replace(told, measures=measures), passed


@pytest.mark.parametrize(
    ("rate", "note"),
    [
        (1.0, "answers follow the listed order"),
        (0.0, "answers reverse the listed order"),
        (0.5, ""),
    ],
)
def test_a_pass_on_answers_that_position_ruled_is_named(rate: float, note: str) -> None:
    told, passed = ruled_pass(rate)
    (row,) = [row for f, row in register(told) if f.criterion_id == passed.criterion_id]
    assert row["Verdict"].note == note
    met = " ".join(summarise(told).limitations.met)
    title = criterion_title(view(told), passed)
    assert (f"or its reverse: {title}" in met) == bool(note)


def in_pairs(stereotype: float, other: float, unusable: float, unread: float) -> AuditResult:
    """The result where the written pairings on the first contrast came out so, of 24."""

    def rate(one: Measure, value: float, lost: float) -> Measure:
        n_unscored = round(24 * lost)
        return replace(
            one,
            value=value,
            n=24 - n_unscored,
            n_unscored=n_unscored,
            bounds=Interval(low=value, high=value + lost, level=1.0),
        )

    values = {
        f"{IMPLICIT}.stereotype-rate[{RACE}]": (stereotype, unusable),
        f"{IMPLICIT}.counter-rate[{RACE}]": (other, unusable),
        f"{IMPLICIT}.invalid-rate[{RACE}]": (unread, unread),
    }
    told = result()
    measures = tuple(
        rate(m, *values[m.measure_id]) if m.measure_id in values else m for m in told.measures
    )
    return replace(told, measures=measures)


def test_the_shares_of_the_written_answers_add_up_to_all_of_them() -> None:
    told = in_pairs(2 / 24, 2 / 24, 18 / 24, 14 / 24)
    text = card_of(told, f"implicit/{RACE}").in_text
    assert "Of the 24 written answers" in text
    kept = re.sub(r"\[[^]]*\]", "", text)
    shares = [int(n) for n in re.findall(rf"(\d+){SPACE}%", kept)]
    assert shares == [8, 8, 8, 75, 58]
    assert abs(sum(shares[:4]) - 100) <= 2
    # The bounds hold the same unusable answers as the sentence.
    assert f"[8{SPACE}%, 83{SPACE}%]" in text
    assert "whose counterpart is not" in text


def test_nothing_is_said_of_counterparts_or_of_neither_side_where_there_are_none() -> None:
    text = card_of(in_pairs(10 / 24, 4 / 24, 10 / 24, 10 / 24), f"implicit/{RACE}").in_text
    assert "counterpart" not in text
    assert "neither" not in text


def quoted(*kinds: tuple[str, int]) -> AuditResult:
    """The result with one quote of each label and side on the first contrast."""
    return replace(
        result(),
        quotes=tuple(
            Quote(
                contrast_id=RACE,
                instrument=IMPLICIT,
                item_id=f"{IMPLICIT}/{i}",
                question="Which?",
                answer=f"{label} {side}",
                label=label,
                side=side,
            )
            for i, (label, side) in enumerate(kinds)
        ),
    )


def test_quotes_show_what_the_finding_says_before_anything_else() -> None:
    told = quoted(("invalid", 0), ("neutral", 0), ("he", -1), ("she", 1))
    card = card_of(told, f"implicit/{RACE}")
    assert [quote.answer for quote in card.quotes] == ["she 1", "neutral 0"]
    turned = changed(told, f"{IMPLICIT}.score", value=-0.4)
    assert card_of(turned, f"implicit/{RACE}").quotes[0].answer == "he -1"
    only = card_of(quoted(("invalid", 0)), f"implicit/{RACE}")
    assert [quote.answer for quote in only.quotes] == ["invalid 0"]


def test_texts_are_not_given_as_evidence_of_a_score_that_was_not_read_in_them() -> None:
    told = result()
    for card in summarise(told).cards:
        is_written = card.criterion_id.startswith("behaviour/")
        assert ("by likelihood and not from these texts" in card.evidence) != is_written
        assert ("scored by likelihood" in card.observed) != is_written
    assert summarise(told).cards


def test_the_noise_table_says_how_its_numbers_come_about() -> None:
    told = result()
    footnote = given(summarise(told).method.noise).footnote
    assert "at least that of all tests together (0.087)" in footnote
    assert "surprisal" not in footnote
    more = given(summarise(replace(told, n_repeated=130)).method.noise).footnote
    assert "Of the 130 questions scored again, 128 give log-odds" in more
