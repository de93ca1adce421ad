"""What the standards and their fields say in the report. English in `prompts/standards/`,
translated as the rest is."""

from collections.abc import Iterator

from auditor.core.standards import Standard
from auditor.prompt_library.standards import load_crosswalk


def standards_messages() -> Iterator[tuple[str, str]]:
    """Text and place of every message that the crosswalk and the fields take from the data."""
    crosswalk = load_crosswalk()
    for field in crosswalk.fields:
        for text in (field.label, field.rule):
            yield text, "prompts/standards/fields.yaml"
    for standard in crosswalk.standards:
        for text in _of_standard(standard):
            yield text, f"prompts/standards/{standard.standard_id}.yaml"


def _of_standard(standard: Standard) -> Iterator[str]:
    yield from (standard.title, standard.status, standard.source, standard.note)
    for one in standard.requirements:
        yield from (one.clause, one.asks)
        if one.note:
            yield one.note
