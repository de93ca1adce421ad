"""From one audit result to everything that is printed. Pure: numbers first, words later."""

from collections.abc import Mapping

from auditor.core.presentation import PLAIN, Presentation
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
    method_pages,
    naming,
    provenance_pages,
    register_pages,
    standing,
    summary_pages,
    undecided_pages,
    verdicts,
)
from auditor.reporting.brand_style import brand_style
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fields import filled_fields
from auditor.reporting.fix import adapter_pages, fix_pages
from auditor.reporting.language import language, tr
from auditor.reporting.layers import layer_pages
from auditor.reporting.letterhead import letterhead
from auditor.reporting.pages import Entry, Report, VerdictMeaning
from auditor.reporting.reviews import baseline_pages, models_pages
from auditor.reporting.standards import selection_pages
from auditor.reporting.standards.crosswalk import CrosswalkSection
from auditor.reporting.standards.crosswalk_pages import crosswalk_section
from auditor.reporting.standards.selection import SelectionSection
from auditor.reporting.view import view


def summarise(result: AuditResult, presentation: Presentation = PLAIN) -> Report:
    """Every string, rounded number and row of the report, in the order of its pages."""
    seen = view(result)
    cards = finding_pages.cards(seen, presentation)
    gap, answers = gap_pages.gap(seen), answer_pages.answers(seen)
    ladders = ladder_pages.ladders(seen)
    sections = instrument_pages.instruments(seen)
    conditions = condition_pages.conditions(seen)
    adapter = adapter_pages.adapter(seen)
    layers = layer_pages.layers(seen)
    fix = fix_pages.fix(seen)
    reviews = tuple(
        one for one in (models_pages.models(seen), baseline_pages.baseline(seen)) if one is not None
    )
    crosswalk, about = presentation.crosswalk, presentation.about
    filled = filled_fields(crosswalk, about, [card.criterion_id for card in cards])
    selection = selection_pages.selection_section(seen) if crosswalk.standards else None
    model = naming.model_name(result.record.model)
    contents = _contents(
        {
            "gap": tr("Explicit against implicit") if gap else "",
            "answers": tr("What the answers were") if answers else "",
            "ladder": ladders.title if ladders else "",
            **{section.section_id: section.title for section in sections},
            "conditions": tr("Does an instruction change it?") if conditions else "",
            "selection": selection.title if selection else "",
            "adapter": adapter.title if adapter else "",
            "layers": layers.title if layers else "",
            "fix": fix.title if fix else "",
            **{section.section_id: section.title for section in reviews},
        },
        has_standards=bool(crosswalk.standards),
    )
    return Report(
        title=tr("Bias audit of {model}", model=model),
        status=tr("FINAL") if presentation.is_final else tr("DRAFT"),
        language=language(),
        created=result.finished,
        generator=f"auditor {result.tool_version}",
        description=tr("Measurements of {model} on a fixed battery of bias tests", model=model),
        run_id=clean_line(result.record.run_id),
        disclaimer=tr(standing.DISCLAIMER),
        contents=contents,
        cover=summary_pages.cover(seen, about),
        summary=summary_pages.summary(seen, filled.n_open),
        signs=tuple(
            VerdictMeaning(mark=verdicts.mark_of(verdict), meaning=tr(meaning))
            for verdict, meaning in verdicts.MEANINGS.items()
        ),
        reading=tuple(tr(paragraph) for paragraph in standing.READING),
        system=closing_pages.system(seen),
        is_declared=result.record.model.is_declared,
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
        reviews=reviews,
        controls=control_pages.controls(seen),
        cards_lead=finding_pages.cards_lead(seen),
        cards=cards,
        undecided=undecided_pages.undecided(seen),
        undecided_note=undecided_pages.note(seen),
        limitations=closing_pages.limitations(seen),
        method=method_pages.method(seen),
        catalogue=provenance_pages.catalogue(seen),
        selection=selection,
        standards=_standards(presentation, contents, selection),
        filled=filled,
        glossary=glossary.glossary(seen),
        provenance=provenance_pages.provenance(seen, presentation),
        letterhead=letterhead(presentation),
        style=brand_style(presentation),
    )


def _standards(
    presentation: Presentation, contents: tuple[Entry, ...], selection: SelectionSection | None
) -> CrosswalkSection | None:
    if not presentation.crosswalk.standards:
        return None
    places = {entry.section_id: entry.title for entry in contents}
    places |= selection.places if selection else {}
    return crosswalk_section(presentation.crosswalk, presentation.about, places)


def _contents(results: Mapping[str, str], *, has_standards: bool) -> tuple[Entry, ...]:
    """Every section; of those with results, the ones that have a title."""
    entries = [
        ("summary", tr("Summary")),
        ("reading", tr("How to read this report")),
        ("system", tr("System under audit")),
        ("scope", tr("Scope and coverage")),
        ("register", tr("Verdict register")),
        *((key, title) for key, title in results.items() if title),
        ("controls", tr("Controls")),
        ("findings", tr("Findings, worst first")),
        ("limitations", tr("Limitations")),
        ("method", tr("Method")),
        ("catalogue", tr("Test catalogue")),
        *([("standards", tr("Standards crosswalk"))] if has_standards else []),
        ("sign-off", tr("To be completed and signed")),
        ("glossary", tr("Glossary")),
        ("provenance", tr("Provenance")),
    ]
    return tuple(Entry(section_id=key, title=title) for key, title in entries)
