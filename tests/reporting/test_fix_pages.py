"""The fix: said no further than its intervals reach, and withheld in words that nobody mistakes."""

import ast
import re
from dataclasses import replace
from functools import cache
from inspect import getsource
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auditor.battery.fix as gate
from auditor.core import fix_results
from auditor.core.fix_results import (
    Composition,
    CriterionName,
    Effect,
    FixMissing,
    FixResult,
    GateFinding,
    Ruling,
    Slope,
)
from auditor.core.measures import Interval
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.effect_numbers import effect_text, span_text
from auditor.reporting.fix import fix_notes, fix_pages
from auditor.reporting.fix.fix_answers import composition_sentence
from auditor.reporting.fix.fix_cards import brief_verdict
from auditor.reporting.fix.fix_criteria import CRITERIA
from auditor.reporting.fix.fix_page import summarise_fix
from auditor.reporting.fix.fix_reasons import BRIEF, SENTENCES, brief_reason, reason_sentence
from auditor.reporting.fix.fix_section import FixPart, FixSection
from auditor.reporting.fix.fix_sentences import moved, pooled_sentences
from auditor.reporting.html import chart_files, fix_chart_files, render_fix_html, render_html
from auditor.reporting.report import summarise
from auditor.reporting.view import view
from tests.battery.fix.arm_evidence import Kind
from tests.reporting import builders
from tests.reporting.fix_builders import fix_result, with_fix
from tests.reporting.hostile import hostile_texts
from tests.reporting.test_html import Page

KINDS: tuple[Kind, ...] = get_args(Kind)
BAD: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "ideal")
WORSE = ("explicit-up", "unusable-up", "replies-worse", "answers-worse")
OF_REASON: dict[str, CriterionName] = {
    "explicit-up": "explicit",
    "unusable-up": "written-answers",
    "replies-worse": "replies",
    "answers-worse": "stated-facts",
}


@cache
def section(told: FixResult) -> FixSection:
    """The section as the report has it."""
    return builders.given(fix_pages.fix(view(with_fix(told))))


def part(told: FixResult, name: str) -> FixPart:
    return next(one for one in section(told).parts if one.name == name)


def tables(told: FixSection) -> list[Table]:
    gate_table = [told.verdict.table] if told.verdict else []
    return [*gate_table, *(table for one in told.parts for table in one.tables)]


def strings(value: Any) -> list[str]:
    """Every text within a part of the report."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in strings(one)]
    if hasattr(value, "__dataclass_fields__"):
        return [t for name in value.__dataclass_fields__ for t in strings(getattr(value, name))]
    return []


def effect(value: float, error: float = 0.02, *, n: int = 96) -> Effect:
    return Effect(
        value=value,
        interval=Interval(low=value - 2 * error, high=value + 2 * error, level=0.95),
        n=n,
        n_clusters=n // 4,
    )


def finding(
    name: CriterionName, reason: str, ruling: Ruling, found: Effect, limit: float = 0.05
) -> GateFinding:
    return GateFinding(name=name, ruling=ruling, reason=reason, limit=limit, effect=found)


def codes_of_the_gate() -> set[str]:
    """Every code that the gate's own source hands to a finding, and those of its contract."""
    found: set[str] = set()
    names = {*get_args(CriterionName), *get_args(Ruling)}
    for file in Path(gate.__path__[0]).glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") in ("finding", "judge_increase", "too_few"):
                found |= {
                    one.value
                    for one in call.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    contract = getsource(fix_results.GateFinding).partition("reason: str")[2].partition("limit:")[0]
    return {*(found - names), *re.findall(r"`([a-z-]+)`", contract), "too-few"}


def test_every_code_of_the_gate_is_worded() -> None:
    codes = codes_of_the_gate()
    assert len(codes) > 15
    assert codes <= set(SENTENCES)
    assert codes <= set(BRIEF)


def test_a_code_that_nobody_knows_is_printed_and_withholds() -> None:
    odd = finding("replies", "<b>{new}</b>\u202e", "not-shown", effect(0.1))
    assert "<b>{new}</b>⟨U+202E⟩" in reason_sentence(odd, "")
    assert "{new}" in brief_reason(odd)


@pytest.mark.parametrize("kind", BAD)
def test_a_withheld_fix_never_sounds_like_one_that_is_accepted(kind: Kind) -> None:
    told = fix_result(kind)
    assert not told.decision.is_accepted
    shown = section(told)
    verdict = builders.given(shown.verdict)
    assert verdict.mark.word == "withheld"
    assert verdict.mark.css != "v-pass"
    assert verdict.lead.startswith("The adapter is withheld")
    assert len(verdict.reasons) == len(told.decision.withheld_because) > 0
    assert brief_verdict(told).startswith("A fix was trained and withheld because ")
    slopes = part(told, "slopes")
    assert slopes.lead[0].startswith("This fix is withheld")
    assert slopes.charts[0].title.startswith("Withheld fix")
    said = " ".join(text for text in strings(shown) if text not in shown.not_shown)
    assert not re.search(r"is accepted(?! only if)|was accepted|trained and accepted", said)
    assert not re.search(r"(?<!no )success", said)


def test_an_accepted_fix_is_no_unbiased_model() -> None:
    verdict = builders.given(section(fix_result("ideal")).verdict)
    assert (verdict.mark.sign, verdict.mark.word) == ("✓", "accepted")
    assert verdict.reasons == ()
    assert "all 9 criteria" in verdict.lead
    assert "of this battery and of these weights alone" in verdict.lead
    assert any("not an unbiased model" in one for one in section(fix_result("ideal")).not_shown)


@pytest.mark.parametrize("kind", KINDS)
def test_no_placeholder_is_left_and_every_ruling_is_in_words(kind: Kind) -> None:
    told = section(fix_result(kind))
    assert not any(re.search(r"[{}]|\bNone\b(?! of)|\bnan\b", text) for text in strings(told))
    rows = builders.given(told.verdict).table.rows
    assert len(rows) == 9
    for row in rows:
        mark = builders.given(row[-1].mark)
        assert mark.sign
        assert mark.word in ("met", "not met", "not shown")


@given(
    st.sampled_from(WORSE),
    st.floats(-0.3, 0.4),
    st.floats(0.001, 0.2),
    st.sampled_from(("not-met", "not-shown")),
)
def test_worse_is_said_only_where_the_interval_is_above_zero(
    reason: str, value: float, error: float, ruling: Ruling
) -> None:
    found = effect(value, error)
    one = finding(OF_REASON[reason], reason, ruling, found, limit=0.05)
    span = builders.given(found.interval)
    told = reason_sentence(one, "")
    assert ("the whole interval lies beyond" in told) == (span.low > 0.05)
    assert ("is shown to be worse" in told) == (0 < span.low <= 0.05)
    assert ("that it is worse is not shown" in told) == (span.low <= 0)
    if span.low <= 0 and ruling == "not-shown":
        assert "may" in brief_reason(one)


@given(
    st.floats(-0.8, 0.8),
    st.floats(-0.8, 0.8),
    st.floats(0.005, 0.3),
    st.floats(0.005, 0.3),
)
def test_nearer_to_zero_is_said_only_where_the_paired_interval_shows_it(
    before: float, after: float, error: float, paired: float
) -> None:
    slope = Slope(
        key="pooled/word-association",
        contrast_id="",
        unit="score",
        before=effect(before, error),
        after=effect(after, error),
        change=effect(after - before, paired),
    )
    told = replace(fix_result("ideal"), slopes=(slope,))
    (sentence,) = pooled_sentences(told)
    span = builders.given(slope.change.interval)
    falls = span.high < 0 < before or span.low > 0 > before
    if "it is shown to be nearer to zero" in sentence:
        assert falls
        assert abs(after) < abs(before)
    if span.low <= 0 <= span.high:
        assert moved(slope) == "undecided"
        assert "that it is nearer to zero is not shown" in sentence


def test_unusable_answers_alone_never_make_a_change() -> None:
    change = replace(effect(-0.3), bounds=Interval(low=-0.9, high=0.1, level=1.0))
    slope = replace(fix_result("ideal").slopes[0], change=change)
    assert moved(slope) == "undecided"


def test_what_left_by_becoming_unusable_is_told_apart_from_what_changed() -> None:
    """The published fix of an 8B model: of 545 stereotyped answers 290 became unscorable."""
    told = Composition(
        instrument="word-association",
        flows=(
            ("stereotype", "stereotype", 110),
            ("stereotype", "counter", 145),
            ("stereotype", "invalid", 290),
            ("counter", "stereotype", 1),
            ("counter", "counter", 8),
            ("counter", "refusal", 6),
        ),
    )
    sentence = composition_sentence(told)
    assert (
        "of 545 written answers stereotyped before, 110 stayed so, 145 became counter" in sentence
    )
    assert re.search(
        r"290 unusable\. So of 435 answers that left, 290 left by .* \(67\s%\)", sentence
    )
    assert sentence.endswith("unusable are 0 before and 296 after, of 560.")


def gate_row(told: FixResult, label: str) -> tuple[Cell, ...]:
    rows = builders.given(section(told).verdict).table.rows
    return next(row for row in rows if row[0].text == label)


def with_rate(told: FixResult, key: str, rate: float) -> FixResult:
    """The same fix, with this share before."""
    slopes = tuple(
        replace(s, before=replace(s.before, value=rate)) if s.key == key else s for s in told.slopes
    )
    return replace(told, slopes=slopes)


def test_a_criterion_that_nothing_could_fail_says_so_and_only_where_it_is_met() -> None:
    told = fix_result("ideal")
    assert not any(row[0].more for row in builders.given(section(told).verdict).table.rows)
    rates = [f"pooled/{name}.invalid-rate" for name in ("word-association", "mirrored-statements")]
    one = with_rate(told, rates[0], 1.0)
    assert gate_row(one, "Written answers")[0].more == (
        "Met; for one of its tests it could not have failed: every written answer was unusable "
        "before (Word association)."
    )
    both = with_rate(one, rates[1], 1.0)
    assert "could not have failed here" in gate_row(both, "Written answers")[0].more
    none_right = with_rate(told, "pooled/question-answering.accuracy-disambiguated", 0.0)
    assert "could not have failed here" in gate_row(none_right, "Stated facts")[0].more
    ruled = tuple(replace(f, ruling="not-shown") for f in both.decision.findings)
    undecided = replace(both, decision=replace(both.decision, findings=ruled))
    assert gate_row(undecided, "Written answers")[0].more == ""


def test_an_explicit_score_that_sees_nothing_is_no_evidence() -> None:
    told = fix_result("ideal")
    blind = tuple(
        (
            arm,
            tuple(
                replace(m, value=0.0)
                if m.name == "mirrored-statements.score" and m.role == "positive-control"
                else m
                for m in measures
            ),
        )
        for arm, measures in told.measures
    )
    assert gate_row(told, "Explicit bias")[0].more == ""
    note = gate_row(replace(told, measures=blind), "Explicit bias")[0].more
    assert note.startswith("Met, and next to no evidence: ")
    assert "[" in note


@given(st.floats(-0.2, 0.2))
def test_a_control_that_did_better_is_not_called_worse(value: float) -> None:
    found = finding("control", "control-as-good", "not-shown", effect(value), limit=0.0)
    told = reason_sentence(found, "control with shuffled sides")
    assert ("did as well or better" in told) == (value <= 0)
    assert ("it is closer to zero by" in told) == (value > 0)


def test_a_control_grows_weaker_and_never_nearer() -> None:
    told = fix_result("ideal")
    known = {m.contrast_id: m.role for _, measures in told.measures for m in measures}
    fallen = tuple(
        replace(s, before=effect(0.5), after=effect(0.3), change=effect(-0.2))
        if s.contrast_id and s.unit == "score"
        else s
        for s in told.slopes
    )
    shown = part(replace(told, slopes=fallen), "slopes")
    words = {row[-1].text for table in shown.tables for row in table.rows}
    assert {"nearer", "weaker"} <= words
    for table in shown.tables:
        for row in table.rows:
            if "control" in row[0].text.lower():
                assert row[-1].text == "weaker"
        assert "Of a control: weaker or stronger" in table.footnote
    assert {"positive-control", "null-control"} <= set(known.values())


def test_side_effects_have_one_sign_for_the_worse() -> None:
    told = fix_result("ideal")
    slopes = tuple(
        replace(s, before=effect(0.6), after=effect(0.5), change=effect(-0.1))
        if s.key == "pooled/question-answering.accuracy-disambiguated"
        else s
        for s in told.slopes
    )
    (table,) = part(replace(told, slopes=slopes), "side-effects").tables
    assert table.columns[3].text == "Worse by (+)"
    (facts,) = (row for row in table.rows if row[0].text == "Stated facts")
    assert facts[3].text == "+10.0\u00a0pp"
    assert facts[3].note == "[+6.0, +14.0]\u00a0pp".replace(" ", "\u00a0")


def test_why_the_originals_scores_differ_from_the_audits_is_one_sentence_with_counts() -> None:
    told = fix_result("ideal")
    audit = with_fix(told)
    seen = view(audit)
    (note,) = fix_notes.other_arithmetic(seen, told)
    ids = {s.contrast_id for s in told.slopes if s.key.startswith("word-association.score[")}
    pairs = [
        (m.n_clusters, s.before.n_clusters)
        for c in audit.contrasts
        if c.role == "primary" and c.contrast_id in ids
        if (m := audit.measure("word-association.score", c.contrast_id)) is not None
        for s in told.slopes
        if s.key == m.measure_id
    ]
    n_audited, n_judged = (sum(column) for column in zip(*pairs, strict=True))
    assert n_audited != n_judged
    assert "for two reasons" in note
    assert f"the number of stimuli, {n_judged} for" in note
    assert f"the audit had {n_audited} in" in note
    same = replace(
        told,
        record=replace(
            told.record,
            model=replace(
                told.record.model,
                backend=audit.record.model.backend,
                dtype=audit.record.model.dtype,
            ),
        ),
    )
    (alone,) = fix_notes.other_arithmetic(seen, same)
    assert "another number of stimuli" in alone
    assert "arithmetic" not in alone


def test_no_number_without_its_interval_and_n() -> None:
    for kind in ("ideal", "refuser", "no-bias"):
        for table in tables(section(fix_result(kind))):
            heads = [column.text for column in table.columns]
            assert {len(row) for row in table.rows} == {len(heads)}, table.table_id
            has_n = any(head.startswith("n (") for head in heads)
            for row in table.rows:
                for cell in row:
                    if cell.note.startswith("["):
                        assert has_n or cell.more.startswith("n"), table.table_id
            if not any(cell.note.startswith("[") for row in table.rows for cell in row):
                assert re.search("intervals?", table.footnote), table.table_id


def test_every_sentence_with_an_effect_has_its_interval_and_n() -> None:
    told = section(fix_result("ideal"))
    for name in ("slopes", "dial", "controls"):
        points = next(one.points for one in told.parts if one.name == name)
        for point in points:
            if re.search(r"[+−]\d\.\d", point):
                assert "[" in point
                assert "n\u00a0" in point


@given(
    st.floats(-0.2, 0.2),
    st.floats(0.0, 0.2),
    st.sampled_from(("score", "points", "nats", "share")),
)
@settings(max_examples=200)
def test_a_number_never_prints_on_the_other_side_of_its_limit(
    value: float, limit: float, unit: Any
) -> None:
    told = effect_text(Effect(value=value), unit, limit).replace("−", "-")
    scale = 100 if unit in ("points", "share") else 1
    printed = float(re.findall(r"[-+]?\d+(?:\.\d+)?", told)[0]) / scale
    if abs(value - limit) > 1e-5:
        assert (printed > limit) == (value > limit)


def test_an_end_that_is_not_zero_never_prints_as_zero() -> None:
    told = span_text(Interval(low=0.0004, high=0.2, level=0.95), "score")
    assert told.startswith("[+0.0004")
    assert effect_text(effect(0.0004, 0.01), "score").startswith("0.00 [")


def test_it_stands_between_layers_and_controls_and_every_table_has_its_id() -> None:
    report = summarise(with_fix(fix_result("ideal")))
    ids = [entry.section_id for entry in report.contents]
    assert ids.index("fix") == ids.index("controls") - 1
    html = render_html(report)
    assert html.index('id="fix"') < html.index('id="controls"')
    found = re.findall(r' id="([^"]+)"', html)
    assert len(found) == len(set(found))
    assert {"Gate", "KL", "LoRA adapter"} <= {term.word for term in report.glossary}
    assert any(fact.label == "Fix" for fact in report.method.paragraphs)
    assert any(fact.label == "Gate rules" for fact in report.provenance.facts)


def test_parts_come_in_the_order_in_which_a_reader_asks() -> None:
    names = [one.name for one in section(fix_result("ideal")).parts]
    assert names == [
        "training",
        "slopes",
        "answers",
        "side-effects",
        "dial",
        "controls",
        "dialect-english",
        "dialect-russian",
    ]


def test_what_it_was_judged_on_was_never_seen_and_can_be_checked() -> None:
    told = fix_result("ideal")
    (lead,) = part(told, "training").lead
    for sha in (told.record.battery.sha256, told.record.held_out_sha256, told.record.rules.sha256):
        assert sha[:16] in lead
    assert "never seen in training" in lead


def test_training_that_was_stopped_says_why() -> None:
    told = fix_result("ideal")
    first = told.trainings[0]
    stopped = replace(first.trained, stopped_because="capability", kept_step=8)
    shown = part(replace(told, trainings=(replace(first, trained=stopped),)), "training")
    assert shown.charts[0].title.startswith("Training stopped at step 24: the stopping set got")
    assert any("got worse by more than 0.05 nats" in fact.text for fact in shown.facts)
    assert any("One adapter was trained from one seed" in p for p in _controls_of(told))


def _controls_of(told: FixResult) -> tuple[str, ...]:
    return part(replace(told, seeds=told.seeds[:1]), "controls").points


def test_the_dial_says_where_the_bias_is_turned_round() -> None:
    told = part(fix_result("ideal"), "dial")
    assert re.match(r"At strength 1\.5 the pooled implicit score is shown to lie", told.points[0])
    assert told.charts[0].title == "The dial: at strength 1.5 the bias is turned round"
    calm = part(fix_result("nothing"), "dial")
    assert calm.points[0].startswith("At no strength that was tried")
    points = fix_result("ideal").dial
    unseen = replace(points[0], bias=effect(0.02))
    blind = part(replace(fix_result("ideal"), dial=(unseen, *points[1:])), "dial")
    assert "so the dial cannot show where a bias goes" in blind.points[0]


@pytest.fixture(scope="module")
def harmless() -> Page:
    return Page(render_fix_html(summarise_fix(fix_result("opening-phrase"))))


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_hostile_openings_change_only_their_own_text(name: str, harmless: Page) -> None:
    text = hostile_texts()[name]
    told = fix_result("opening-phrase")
    openings = tuple((arm, text, k, n) for arm, _, k, n in told.openings)
    page = Page(render_fix_html(summarise_fix(replace(told, openings=openings))))
    assert page.tags == harmless.tags
    assert page.headings == harmless.headings
    own = [quote for quote in page.quotes if quote not in harmless.quotes]
    assert len(own) == len(told.openings) == 2
    assert all(ord(c) >= 32 or c in "\n\t" for quote in own for c in quote)
    if len(text) > 120:
        assert all("full text in texts.json" in quote for quote in own)


def test_hostile_names_stay_text() -> None:
    evil = "<b>x</b>\u202e\x00{{ 7*7 }}"
    told = fix_result("control-as-good")
    record = replace(
        told.record,
        model=replace(told.record.model, name=evil, dtype=evil, backend=evil),
        data_version=evil,
        data_sha256=evil,
        training_dtype=evil,
        rules=replace(told.record.rules, version=evil, sha256=evil),
        unavailable=((evil, evil),),
    )
    trainings = tuple(replace(t, name=evil, adapter_sha256=evil) for t in told.trainings)
    told = replace(told, record=record, trainings=trainings)
    for html in (
        render_html(summarise(with_fix(told))),
        render_fix_html(summarise_fix(told)),
        render_html(summarise(with_fix(FixMissing(kind="not-possible", because=evil)))),
    ):
        assert "<b>" not in html
        assert "\u202e" not in html
        assert "\x00" not in html
        Page(html)


def test_without_a_fix_the_reason_stands_where_a_reader_looks() -> None:
    plain = summarise(builders.result())
    assert plain.fix is None
    assert any("The run was made without a fix" in one for one in plain.scope.not_run)
    assert not any("fix" in sentence for sentence in plain.summary.sentences)
    because = "this model has no layers that an adapter could be put on"
    asked = summarise(with_fix(FixMissing(kind="not-possible", because=because)))
    told = builders.given(asked.fix)
    assert told.lead == (f"No fix could be made. T{because[1:]}.",)
    assert told.parts == ()
    assert "A fix was asked for, and there is none" in asked.summary.sentences[-1]
    assert any(because[1:] in one for one in asked.limitations.met)
    Page(render_html(asked))


def test_the_summary_has_one_line_on_a_fix() -> None:
    for kind in ("ideal", "opening-phrase", "constant"):
        told = fix_result(kind)
        assert summarise(with_fix(told)).summary.sentences[-1].endswith(f" {brief_verdict(told)}")
    bad = fix_result("constant").decision
    all_bad = tuple(replace(f, ruling="not-shown", reason="too-few") for f in bad.findings)
    worst = replace(told, decision=replace(bad, findings=all_bad))
    assert brief_verdict(worst).endswith(", and for 8 more reasons.")
    assert all(len(brief_verdict(fix_result(kind))) <= 125 for kind in KINDS)


def test_criteria_are_all_worded() -> None:
    assert set(CRITERIA) == set(get_args(CriterionName))


def test_alternative_texts_are_short_and_charts_are_files_of_their_own() -> None:
    report = summarise(with_fix(fix_result("ideal")))
    charts = [chart for one in builders.given(report.fix).parts for chart in one.charts]
    assert len(charts) == 8
    for chart in charts:
        assert 80 < len(chart.alt) <= 300
    names = {name for name in chart_files(report) if name.startswith("fix-")}
    assert names == {
        "fix-training.svg",
        "fix-slopes.svg",
        "fix-answers.svg",
        "fix-side-effects.svg",
        "fix-dial.svg",
        "fix-controls.svg",
        "fix-dialect-english.svg",
        "fix-dialect-russian.svg",
    }


def test_the_page_of_a_fix_alone_is_whole() -> None:
    told = fix_result("refuser")
    page = summarise_fix(told)
    html = render_fix_html(page)
    seen = Page(html)
    assert seen.headings[0] == f"h1 Fix of {told.record.model.name}"
    assert "withheld" in html
    assert set(fix_chart_files(page)) == {
        name for name in chart_files(summarise(with_fix(told))) if name.startswith("fix-")
    }
    assert "default-src 'none'" in html.replace("&#39;", "'")
