"""From one audit result to everything that is printed. Pure: numbers first, words later."""

from collections.abc import Mapping

from auditor.core.results import AuditResult
from auditor.reporting import (
    answer_pages,
    closing_pages,
    condition_pages,
    control_pages,
    coverage_pages,
    finding_pages,
    gap_pages,
    glossary,
    instrument_pages,
    ladder_pages,
    naming,
    provenance_pages,
    register_pages,
    standing,
    summary_pages,
    undecided_pages,
    verdicts,
)
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import adapter_pages, fix_pages
from auditor.reporting.layers import layer_pages
from auditor.reporting.pages import Card, Entry, Report, VerdictMeaning
from auditor.reporting.view import view

_GAP_TITLE = "Explicit against implicit"
_ANSWERS_TITLE = "What the answers were"
_CONDITIONS_TITLE = "Does an instruction change it?"


def summarise(result: AuditResult) -> Report:
    """Every string, rounded number and row of the report, in the order of its pages."""
    seen = view(result)
    cards = finding_pages.cards(seen)
    gap, answers = gap_pages.gap(seen), answer_pages.answers(seen)
    ladders = ladder_pages.ladders(seen)
    sections = instrument_pages.instruments(seen)
    conditions = condition_pages.conditions(seen)
    adapter = adapter_pages.adapter(seen)
    layers = layer_pages.layers(seen)
    fix = fix_pages.fix(seen)
    n_todos = _count_todos(cards)
    model = naming.model_name(result.record.model)
    return Report(
        title=f"Bias audit of {model}",
        status="DRAFT" if n_todos else "FINAL",
        language="en",
        created=result.finished,
        generator=f"auditor {result.tool_version}",
        description=f"Measurements of {model} on a fixed battery of bias tests",
        run_id=clean_line(result.record.run_id),
        disclaimer=standing.DISCLAIMER,
        contents=_contents(
            {
                "gap": _GAP_TITLE if gap else "",
                "answers": _ANSWERS_TITLE if answers else "",
                "ladder": ladders.title if ladders else "",
                **{section.section_id: section.title for section in sections},
                "conditions": _CONDITIONS_TITLE if conditions else "",
                "adapter": adapter.title if adapter else "",
                "layers": layers.title if layers else "",
                "fix": fix.title if fix else "",
            }
        ),
        cover=summary_pages.cover(seen),
        summary=summary_pages.summary(seen, n_todos),
        signs=tuple(
            VerdictMeaning(mark=verdicts.MARKS[verdict], meaning=meaning)
            for verdict, meaning in verdicts.MEANINGS.items()
        ),
        reading=standing.READING,
        system=closing_pages.system(seen),
        system_todos=closing_pages.SYSTEM_TODOS,
        scope=coverage_pages.scope(seen),
        register=register_pages.register(seen),
        gap=gap,
        answers=answers,
        ladders=ladders,
        instruments=sections,
        conditions=conditions,
        adapter=adapter,
        layers=layers,
        fix=fix,
        controls=control_pages.controls(seen),
        cards_lead=finding_pages.cards_lead(seen),
        cards=cards,
        undecided=undecided_pages.undecided(seen),
        undecided_note=undecided_pages.note(seen),
        limitations=closing_pages.limitations(seen),
        method=closing_pages.method(seen),
        catalogue=provenance_pages.catalogue(seen),
        sign_off=closing_pages.SIGN_OFF,
        glossary=glossary.glossary(seen),
        provenance=provenance_pages.provenance(seen),
        n_todos=n_todos,
    )


def _count_todos(cards: tuple[Card, ...]) -> int:
    fixed = len(closing_pages.SYSTEM_TODOS) + len(closing_pages.SIGN_OFF)
    return fixed + len(cards)


def _contents(results: Mapping[str, str]) -> tuple[Entry, ...]:
    """Every section; of those with results, the ones that have a title."""
    entries = [
        ("summary", "Summary"),
        ("reading", "How to read this report"),
        ("system", "System under audit"),
        ("scope", "Scope and coverage"),
        ("register", "Verdict register"),
        *((key, title) for key, title in results.items() if title),
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
