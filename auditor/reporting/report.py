"""From one audit result to everything that is printed. Pure: numbers first, words later."""

from auditor.core.results import AuditResult
from auditor.reporting import (
    answer_pages,
    closing_pages,
    control_pages,
    finding_pages,
    gap_pages,
    ladder_pages,
    provenance_pages,
    register_pages,
    standing,
    summary_pages,
    verdicts,
)
from auditor.reporting.cleaning import clean_line
from auditor.reporting.pages import Card, Entry, Report, Term, VerdictMeaning
from auditor.reporting.view import view

_REGISTER_LEAD = (
    "Each row is one question that the policy asks, with the limit that was set before the run. "
    "The verdict follows from the adjusted p values and the 90 % interval by the rule on the "
    "method page; nothing was decided by hand. The 95 % intervals shown are not corrected for the "
    "number of criteria."
)
_GAP_LEAD = (
    "The same stimuli, asked two ways: what the model does when it has to pair words with groups, "
    "and what it says when it rates statements about them. A model can reject a stereotype in "
    "words and follow it in choices."
)


def summarise(result: AuditResult) -> Report:
    """Every string, rounded number and row of the report, in the order of its pages."""
    seen = view(result)
    cards = finding_pages.cards(seen)
    ladders = ladder_pages.ladders(seen)
    n_todos = _count_todos(cards)
    model = clean_line(result.record.model.name)
    return Report(
        title=f"Bias audit of {model}",
        status="DRAFT" if n_todos else "FINAL",
        language="en",
        created=result.finished,
        generator=f"auditor {result.tool_version}",
        description=f"Measurements of {model} on a fixed battery of bias tests",
        run_id=clean_line(result.record.run_id),
        disclaimer=standing.DISCLAIMER,
        contents=_contents(ladder_title=ladders.title if ladders else ""),
        cover=summary_pages.cover(seen),
        summary=summary_pages.summary(seen, n_todos),
        signs=tuple(
            VerdictMeaning(mark=verdicts.MARKS[verdict], meaning=meaning)
            for verdict, meaning in verdicts.MEANINGS.items()
        ),
        reading=standing.READING,
        system=closing_pages.system(seen),
        system_todos=closing_pages.SYSTEM_TODOS,
        scope=register_pages.scope(seen),
        register_lead=_REGISTER_LEAD,
        register=register_pages.register(seen),
        gap_lead=f"{_GAP_LEAD} {gap_pages.gap_sentence(seen)}",
        gap_chart=gap_pages.gap_chart(seen),
        gap_table=gap_pages.gap_table(seen),
        answers=answer_pages.answers(seen),
        ladders=ladders,
        controls=control_pages.controls(seen),
        cards_lead=finding_pages.cards_lead(seen),
        cards=cards,
        undecided=finding_pages.undecided(seen),
        limitations=closing_pages.limitations(seen),
        method=closing_pages.method(seen),
        catalogue=provenance_pages.catalogue(seen),
        sign_off=closing_pages.SIGN_OFF,
        glossary=tuple(Term(word=word, meaning=text) for word, text in standing.GLOSSARY),
        provenance=provenance_pages.provenance(seen),
        n_todos=n_todos,
    )


def _count_todos(cards: tuple[Card, ...]) -> int:
    fixed = len(closing_pages.SYSTEM_TODOS) + len(closing_pages.SIGN_OFF)
    return fixed + len(cards)


def _contents(*, ladder_title: str) -> tuple[Entry, ...]:
    entries = [
        ("summary", "Summary"),
        ("reading", "How to read this report"),
        ("system", "System under audit"),
        ("scope", "Scope and coverage"),
        ("register", "Verdict register"),
        ("gap", "Explicit against implicit"),
        ("answers", "What the answers were"),
        *([("ladder", ladder_title)] if ladder_title else []),
        ("controls", "Controls"),
        ("findings", "Findings, worst first"),
        ("limitations", "Limitations"),
        ("method", "Method"),
        ("catalogue", "Test catalogue"),
        ("sign-off", "To be completed and signed"),
        ("glossary", "Glossary"),
        ("provenance", "Provenance"),
    ]
    return tuple(Entry(section_id=key, title=title) for key, title in entries)
