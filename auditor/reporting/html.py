"""A report as one self-contained HTML text: no script, nothing loaded from anywhere."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache, lru_cache
from hashlib import sha256

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from auditor.reporting.answer_figure import draw_answer_chart
from auditor.reporting.blocks import AnswerChart, GapChart
from auditor.reporting.comparison.agreement_chart import AgreementChart
from auditor.reporting.comparison.agreement_figure import draw_agreement_chart
from auditor.reporting.document import Document
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.dot_figure import draw_dot_chart
from auditor.reporting.fix.dial_figure import draw_dial_chart
from auditor.reporting.fix.fix_chart import DialChart, SideChart, SlopeChart, TrainingChart
from auditor.reporting.fix.fix_section import FixChart, FixPage, FixSection
from auditor.reporting.fix.side_figure import draw_side_chart
from auditor.reporting.fix.slope_figure import draw_slope_chart
from auditor.reporting.fix.training_figure import draw_training_chart
from auditor.reporting.gap_figure import draw_gap_chart
from auditor.reporting.history.trend_chart import TrendChart
from auditor.reporting.history.trend_figure import draw_trend_chart
from auditor.reporting.language import Language, language, tr, tr_in, tr_n
from auditor.reporting.layers.layer_chart import LayerChart, PatchChart
from auditor.reporting.layers.layer_figure import draw_layer_chart
from auditor.reporting.layers.layer_section import LayerPage, LayerSection
from auditor.reporting.layers.patch_figure import draw_patch_chart
from auditor.reporting.pages import Part, Report, ReviewSection
from auditor.reporting.reviews.review_chart import ReviewChart
from auditor.reporting.reviews.size_chart import SizeChart
from auditor.reporting.reviews.size_figure import draw_size_chart
from auditor.reporting.rounding import keep_units
from auditor.reporting.standards.ratio_figure import draw_ratio_chart
from auditor.reporting.standards.selection import RatioChart
from auditor.resources import read_text

Chart = GapChart | LayerChart | PatchChart | FixChart | ReviewChart | RatioChart
TEMPLATE = "report.html.jinja2"
LAYERS_TEMPLATE = "layers.html.jinja2"
FIX_TEMPLATE = "fix.html.jinja2"
DOCUMENT_TEMPLATE = "document.html.jinja2"
STYLE = "report.css"


def render_html(report: Report) -> str:
    """The whole report; every text is escaped, and the page may load nothing but its own charts.

    The content security policy allows the one style by its hash, so that markup which got past
    everything else could still neither run, nor restyle, nor load.
    """
    return _page(TEMPLATE, report)


def render_layers_html(page: LayerPage) -> str:
    """The layers alone, as self-contained as a report."""
    return _page(LAYERS_TEMPLATE, page)


def render_fix_html(page: FixPage) -> str:
    """The fix alone, as self-contained as a report."""
    return _page(FIX_TEMPLATE, page)


def render_document_html(document: Document) -> str:
    """A document on several runs, as self-contained as a report."""
    return _page(DOCUMENT_TEMPLATE, document)


def _page(template: str, report: Report | LayerPage | FixPage | Document) -> str:
    style = read_text("templates", STYLE) + report.style
    return (
        _environment()
        .get_template(template)
        .render(
            report=report,
            # Ours, and not HTML: escaping would change quotes within the style.
            style=Markup(style),
            policy=_content_security_policy(style),
            draw=draw,
        )
    )


def draw(chart: Chart) -> str:
    """A chart as a data URI; an image, because inline SVG leaks its style and goes black."""
    return (
        f"data:image/svg+xml;base64,{b64encode(_svg(chart, language()).encode()).decode('ascii')}"
    )


def chart_files(report: Report) -> dict[str, str]:
    """The charts of the report as SVG text, by file name."""
    ladders = {
        f"ladder-{place}.svg": chart
        for place, (chart, _) in enumerate(report.ladders.charts if report.ladders else (), start=1)
    }
    charts: dict[str, Chart] = {
        **({"explicit-implicit.svg": report.gap.chart} if report.gap else {}),
        **({"answers.svg": report.answers.chart} if report.answers else {}),
        **ladders,
        **_dot_charts(report),
        **_ratio_chart(report),
        **_layer_charts(report.layers),
        **_fix_charts(report.fix),
        **_review_charts(report.reviews),
    }
    return {name: _svg(chart, language()) for name, chart in charts.items()}


def document_chart_files(document: Document) -> dict[str, str]:
    """The charts of a document on several runs as SVG text, by file name."""
    charts = _review_charts(document.reviews)
    return {name: _svg(chart, language()) for name, chart in charts.items()}


def layer_chart_files(page: LayerPage) -> dict[str, str]:
    """The charts of the layers alone as SVG text, by file name."""
    return {name: _svg(chart, language()) for name, chart in _layer_charts(page.layers).items()}


def fix_chart_files(page: FixPage) -> dict[str, str]:
    """The charts of the fix alone as SVG text, by file name."""
    return {name: _svg(chart, language()) for name, chart in _fix_charts(page.fix).items()}


# A chart's own words are in it; what its axes say is in the language that is being written.
@lru_cache(maxsize=64)
def _svg(chart: Chart, _language: Language) -> str:
    match chart:
        case RatioChart():
            return draw_ratio_chart(chart)
        case SizeChart() | TrendChart() | AgreementChart():
            return _review_svg(chart)
        case DotChart():
            return draw_dot_chart(chart)
        case LayerChart():
            return draw_layer_chart(chart)
        case PatchChart():
            return draw_patch_chart(chart)
        case GapChart():
            return draw_gap_chart(chart)
        case AnswerChart():
            return draw_answer_chart(chart)
        case _:
            return _fix_svg(chart)


def _review_svg(chart: ReviewChart) -> str:
    match chart:
        case SizeChart():
            return draw_size_chart(chart)
        case TrendChart():
            return draw_trend_chart(chart)
        case AgreementChart():
            return draw_agreement_chart(chart)


def _fix_svg(chart: TrainingChart | SlopeChart | SideChart | DialChart) -> str:
    match chart:
        case TrainingChart():
            return draw_training_chart(chart)
        case SlopeChart():
            return draw_slope_chart(chart)
        case SideChart():
            return draw_side_chart(chart)
        case DialChart():
            return draw_dial_chart(chart)


def _dot_charts(report: Report) -> dict[str, Chart]:
    """Those of the instruments and conditions, named after their section."""
    named: list[tuple[str, DotChart | None, tuple[Part, ...]]] = [
        (section.section_id, section.chart, section.parts) for section in report.instruments
    ]
    if report.conditions:
        named.append(("conditions", None, report.conditions.parts))
    if report.adapter:
        named.append(("adapter", None, report.adapter.parts))
    charts: dict[str, Chart] = {}
    for name, chart, parts in named:
        charts |= _numbered(name, [chart, *(part.chart for part in parts)])
    return charts


def _review_charts(sections: tuple[ReviewSection, ...]) -> dict[str, Chart]:
    """The chart over all runs of each section, and those of its parts."""
    charts: dict[str, Chart] = {}
    for section in sections:
        if section.chart is not None:
            charts[f"{section.section_id}-size.svg"] = section.chart
        charts |= _numbered(section.section_id, [part.chart for part in section.parts])
    return charts


def _numbered(name: str, charts: Sequence[Chart | None]) -> dict[str, Chart]:
    """As in `hiring.svg`, `hiring-1.svg`: those that there are."""
    shown = [one for one in charts if one is not None]
    return {
        f"{name}-{place}.svg" if place else f"{name}.svg": one for place, one in enumerate(shown)
    }


def _ratio_chart(report: Report) -> dict[str, RatioChart]:
    chart = report.selection.chart if report.selection else None
    return {} if chart is None else {"impact-ratios.svg": chart}


def _layer_charts(section: LayerSection | None) -> dict[str, LayerChart | PatchChart]:
    charts: dict[str, LayerChart | PatchChart] = {}
    for part in section.parts if section else ():
        for place, chart in enumerate(part.charts):
            name = "layers" if isinstance(chart, LayerChart) else "patching"
            charts[f"{name}-{place}.svg" if place else f"{name}.svg"] = chart
    return charts


def _fix_charts(section: FixSection | None) -> dict[str, FixChart]:
    charts: dict[str, FixChart] = {}
    for part in section.parts if section else ():
        for place, chart in enumerate(part.charts):
            charts[f"fix-{part.name}-{place}.svg" if place else f"fix-{part.name}.svg"] = chart
    return charts


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: read_text("templates", *name.split("/"))),
        # Not select_autoescape: it goes by the file's ending and escapes nothing in `.jinja2`.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["keep_units"] = keep_units
    environment.globals.update(tr=tr, tr_in=tr_in, tr_n=tr_n)
    return environment


def _content_security_policy(style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
