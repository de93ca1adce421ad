"""The layers of a model as a page of their own, for a reading without an audit. Pure."""

from auditor import __version__
from auditor.core.layer_results import LayerResult
from auditor.reporting.blocks import Fact
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import language, tr
from auditor.reporting.layers import layer_notes
from auditor.reporting.layers.layer_pages import section
from auditor.reporting.layers.layer_section import LayerPage


def summarise_layers(result: LayerResult) -> LayerPage:
    """Every string of the page."""
    model = clean_line(result.source.model)
    return LayerPage(
        title=tr("Layers of {model}", model=model),
        language=language(),
        description=tr(
            "Which senses of ambiguous words {model} tells apart, layer by layer", model=model
        ),
        generator=f"auditor {__version__}",
        layers=section(result, result.concepts, layer_notes.read_from(result)),
        method=layer_notes.method(result),
        provenance=tuple(
            Fact(label=label, text=text, is_code=is_code)
            for label, text, is_code in layer_notes.layer_facts(result)
        ),
    )
