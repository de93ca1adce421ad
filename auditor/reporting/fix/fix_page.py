"""A fix as a page of its own, for one without an audit. Pure."""

from collections.abc import Sequence

from auditor import __version__
from auditor.core.fix_results import FixResult
from auditor.core.items import Contrast
from auditor.reporting.blocks import Fact
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.fix.fix_names import names_of
from auditor.reporting.fix.fix_pages import section
from auditor.reporting.fix.fix_section import FixPage
from auditor.reporting.language import language, tr


def summarise_fix(result: FixResult, contrasts: Sequence[Contrast] = ()) -> FixPage:
    """Every string of the page; contrasts that are not given are called by their ids."""
    model = clean_line(result.record.model.name)
    return FixPage(
        title=tr("Fix of {model}", model=model),
        language=language(),
        description=tr(
            "Whether an adapter against the biases of {model} passed its gate, and why",
            model=model,
        ),
        generator=f"auditor {__version__}",
        fix=section(result, names_of(contrasts), []),
        method=fix_notes.method(result),
        provenance=tuple(
            Fact(label=label, text=clean_line(text, 500), is_code=is_code)
            for label, text, is_code in fix_notes.fix_facts(result)
        ),
    )
