"""What two models' decisions come to, in sentences that do not say more than the cells. Pure."""

from collections.abc import Mapping

from auditor.core.agreement import Agreement, JointRejections, PairAgreement, Slice
from auditor.core.items import Mode
from auditor.core.measures import Interval
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.comparison.material import Material
from auditor.reporting.effect_numbers import effect_text, side
from auditor.reporting.language import SPACE, mark, tr
from auditor.reporting.reviews.models_pages import letter

MODES: Mapping[Mode, str] = {
    "log-likelihood": mark("by likelihood"),
    "text": mark("in text"),
}
CONTEXTS: Mapping[str, str] = {
    "simple": mark("Simple context"),
    "realistic": mark("Realistic context"),
}
ORDERS: Mapping[str, str] = {
    "yes-first": mark("Yes listed first"),
    "no-first": mark("No listed first"),
}
SIDES: Mapping[str, str] = {
    "target": mark("Target groups"),
    "reference": mark("Reference groups"),
    "other": mark("Other groups"),
}
REASONS = (
    mark("no candidate was decided about by all"),
    mark("nobody is rejected"),
    mark("all rejected, or none"),
    mark("a model rejects nobody"),
    mark("not pooled over tests"),
)
"""Why a coefficient is undefined, as the battery says it."""
_CELLS = mark(
    "{mode}, models {first} and {second} have {n} decisions about candidates in common: {both} "
    "rejected by both, {only_first} by {first} alone, {only_second} by {second} alone, {neither} "
    "by neither. Left out as undecided: {out_first} in {first} alone, {out_second} in {second} "
    "alone, {out_both} in both."
)
_NONE_IN_COMMON = mark(
    "{mode}, models {first} and {second} have no decision in common: all {n} candidates are left "
    "out, as one of the two decided nothing about them."
)
EXACT_CELLS = mark(
    "A row of one test, side or group counts its cells as they are: contexts, and in text both "
    "orders of the answers, are not taken apart there, and models that follow the order agree in "
    "it blindly."
)
"""What the tables of cells say below themselves."""
_VERDICTS: Mapping[str, str] = {
    "more": mark(
        "The same candidates are rejected more often than the two rates explain: {both} by both, "
        "where {expected} would be if the models decided independently in each test, context and "
        "order; difference {excess} of the decisions, ratio {ratio}."
    ),
    "less": mark(
        "The same candidates are rejected less often than the two rates would give: {both} by "
        "both, where {expected} would be if the models decided independently in each test, context "
        "and order; difference {excess} of the decisions, ratio {ratio}."
    ),
    "open": mark(
        "That they reject the same candidates more or less often than the two rates explain is not "
        "shown: {both} by both, where {expected} would be if the models decided independently in "
        "each test, context and order; difference {excess} of the decisions, ratio {ratio}."
    ),
}


def slice_name(about: Slice) -> str:
    """Which candidates, for the head of a row."""
    match about.kind:
        case "all":
            return tr("All tests")
        case "instrument":
            return naming.heading(about.instrument)
        case "context":
            return tr(CONTEXTS[about.context]) if about.context in CONTEXTS else about.context
        case "order":
            return tr(ORDERS[about.order])
        case "side":
            return tr(SIDES[about.side])
        case "group":
            return clean_line(tr(about.group))


def slice_note(material: Material, about: Slice) -> str:
    """What a row's head leaves open; empty for nothing."""
    if about.kind in ("context", "order", "side"):
        return naming.heading(about.instrument)
    contrast = material.contrast(about.contrast_id)
    return naming.contrast_title(contrast) if contrast else ""


def pair_sentences(pair: PairAgreement, mode: Mode) -> tuple[str, ...]:
    """The cells over all tests, then what they show; empty where nobody was to be decided about."""
    table = pair.table(Slice(kind="all", mode=mode))
    if table is None:
        return ()
    if not table.cells.n:
        return (_none_sentence(pair, table),)
    return (_cells_sentence(pair, table), _shown(table))


def _none_sentence(pair: PairAgreement, table: Agreement) -> str:
    return tr(
        _NONE_IN_COMMON,
        mode=naming.capital(tr(MODES[table.about.mode])),
        first=letter(pair.first),
        second=letter(pair.second),
        n=rounding.count(table.left_out.n),
    )


def _cells_sentence(pair: PairAgreement, table: Agreement) -> str:
    cells = table.cells
    return tr(
        _CELLS,
        mode=naming.capital(tr(MODES[table.about.mode])),
        first=letter(pair.first),
        second=letter(pair.second),
        n=rounding.count(cells.n),
        both=rounding.count(cells.both),
        only_first=rounding.count(cells.only_first),
        only_second=rounding.count(cells.only_second),
        neither=rounding.count(cells.neither),
        out_first=rounding.count(table.left_out.only_first),
        out_second=rounding.count(table.left_out.only_second),
        out_both=rounding.count(table.left_out.both),
    )


def _shown(table: Agreement) -> str:
    if not table.n_telling:
        return tr(
            "Whether they reject the same candidates cannot be seen: in each test, context and "
            "order of the answers one of the two rejects everybody or nobody, and their agreement "
            "follows from that."
        )
    excess = table.excess
    kind = {1: "more", -1: "less"}.get(side(excess), "open")
    return tr(
        _VERDICTS[kind],
        both=rounding.count(table.cells.both),
        expected=rounding.plain(table.expected_both, digits=1),
        excess=effect_text(excess, "points"),
        ratio=ratio_words(table),
    )


def ratio_words(table: Agreement | JointRejections) -> str:
    """The systemic ratio with its interval, or that there is none."""
    found = table.systemic_ratio
    if found.value is None:
        return tr("undefined")
    if found.interval is None:
        return tr("{value}, no interval", value=rounding.ratio(found.value))
    return f"{rounding.ratio(found.value)} {ratio_span(found.interval)}"


def ratio_span(span: Interval) -> str:
    """An interval of a ratio, which no line breaks."""
    told = rounding.pair(rounding.ratio(span.low), rounding.ratio(span.high))
    return told.replace(" ", SPACE)


def joint_sentence(joint: JointRejections, n_models: int) -> str:
    """Three models or more over all tests."""
    if not joint.n:
        return tr(
            "{mode}, all {models} models have no decision in common: all {n} candidates are left "
            "out, as one model at least decided nothing about them.",
            mode=naming.capital(tr(MODES[joint.about.mode])),
            models=rounding.count(n_models),
            n=rounding.count(joint.left_out),
        )
    return tr(
        "{mode}, all {models} models have {n} decisions about candidates in common: {all} rejected "
        "by every model, {some} by some and {none} by none; rejected by every model over what "
        "their rates would give in each test, context and order: {ratio}. Left out, as one model "
        "at least decided nothing about them: {left_out}.",
        mode=naming.capital(tr(MODES[joint.about.mode])),
        models=rounding.count(n_models),
        n=rounding.count(joint.n),
        all=rounding.count(joint.all),
        some=rounding.count(joint.some),
        none=rounding.count(joint.none),
        ratio=ratio_words(joint),
        left_out=rounding.count(joint.left_out),
    )
