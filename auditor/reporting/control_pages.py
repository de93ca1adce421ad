"""Whether the instruments see what is there, and nothing where nothing is. Pure."""

from auditor.core.judging import is_sensitive
from auditor.core.measures import Measure
from auditor.reporting import rounding, wording
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.pages import Control
from auditor.reporting.view import (
    EXPLICIT,
    IMPLICIT,
    N_HEAD,
    View,
    answers_cell,
    unusable_cell,
    value_cell,
)


def controls(view: View) -> tuple[Control, ...]:
    """Whether the instruments see what is there, and nothing where nothing is."""
    return (
        _positive_control(view),
        _null_control(view),
        _pulls(view),
    )


def _of_role(view: View, role: str) -> list[Measure]:
    names = (f"{IMPLICIT}.score", f"{EXPLICIT}.score")
    return [m for m in view.result.measures if m.role == role and m.name in names]


def _positive_control(view: View) -> Control:
    found = _of_role(view, "positive-control")
    missed = [m for m in found if not is_sensitive(m)]
    seen = [m for m in found if is_sensitive(m)]
    if not found:
        lead = "No positive control was asked, so no absence of an effect can be claimed."
    elif missed:
        lead = (
            f"Missed: associations that every speaker shares were not detected by the "
            f"{_names(missed)}. A low value of it does not show an absence of bias, and nothing "
            "is judged on it."
        )
        if seen:
            lead += f" They were detected by the {_names(seen)}."
        lead += _ONE_SIDED
    else:
        lead = (
            "Detected: associations that every speaker shares were seen by every test, so a test "
            "that shows nothing elsewhere was able to see." + _ONE_SIDED
        )
    return Control(
        title="Positive control: can the test see what is there?",
        lead=lead,
        table=_control_table(view, "t-positive", "Positive controls", found),
    )


_ONE_SIDED = " (One-sided test at 5 %: the true direction is known beforehand.)"


def _names(measures: list[Measure]) -> str:
    return " and ".join(dict.fromkeys(wording.short_name(m.name) for m in measures))


def _null_control(view: View) -> Control:
    found = [m for m in _of_role(view, "null-control") if m.value is not None]
    apart = [
        m for m in found if m.interval is not None and (m.interval.low > 0 or m.interval.high < 0)
    ]
    if not found:
        lead = "No null control was asked; what the method alone produces is not known."
    elif apart:
        lead = (
            f"{len(apart)} of {len(found)} null controls differ from zero. Effects no larger than "
            "the largest of them are no evidence about people and are not judged beyond “warn”."
        )
    else:
        lead = (
            f"None of {len(found)} null controls is told from zero; the largest one is still what "
            "every effect is compared with."
        )
    return Control(
        title="Null control: what do meaningless words show?",
        lead=lead,
        table=_control_table(view, "t-null", "Null controls", found),
    )


def _control_table(view: View, table_id: str, caption: str, found: list[Measure]) -> Table | None:
    if not found:
        return None
    columns = ("Contrast", "Measure", f"Observed [95{rounding.SPACE}%]", N_HEAD, "Unusable")
    return Table(
        table_id=table_id,
        caption=f"{caption}, with 95 % intervals",
        columns=tuple(
            Column(text=c, kind="number" if i > 1 else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(
            (
                Cell(text=_label(view, m)),
                Cell(text=wording.short_name(m.name)),
                value_cell(m),
                answers_cell(m),
                unusable_cell(m),
            )
            for m in found
        ),
        is_dense=True,
    )


def _label(view: View, measure: Measure) -> str:
    contrast = view.contrast(measure.contrast_id)
    return wording.contrast_name(contrast) if contrast else clean_line(measure.contrast_id)


def _pulls(view: View) -> Control:
    """Both pulls in one table: on a page of its own, the second would stand alone."""
    title = "Order and agreement: what pulled at the answers?"
    lead = (
        "Every pair of words is asked in all orders, and every statement with its mirror; the "
        "scores average over them, and this is what was averaged out. A listed-order share near "
        "0 % or 100 % means that position, not meaning, chose the answers. A pull towards "
        "agreement near −1 or +1 means that a statement and its mirror, which cannot both be true, "
        "were both rejected or both accepted."
    )
    pairs = [
        (c, view.measure(f"{IMPLICIT}.score", c), view.measure(f"{EXPLICIT}.score", c))
        for c in view.primaries
    ]
    told = [row for row in pairs if any(m is not None and m.value is not None for m in row[1:])]
    if not told:
        return Control(title=title, lead=f"{lead} It was not measured in this run.", table=None)
    order = ("In listed order", "Order pull", "By wording", N_HEAD)
    heads = ("Category", *order, "Agreement pull", "By wording", N_HEAD)
    return Control(
        title=title,
        lead=lead,
        table=Table(
            table_id="t-pulls",
            caption="Pulls on the score’s scale, from −1 to +1, and the score in each wording",
            columns=tuple(
                Column(text=h, kind="number" if i else "text") for i, h in enumerate(heads)
            ),
            rows=tuple(
                (
                    Cell(text=wording.category_name(c.category)),
                    _rate_cell(one.position_bias_rate if one else None),
                    _signed_cell(one.position_effect if one else None),
                    Cell(text=_templates(one), kind="number"),
                    answers_cell(one),
                    _signed_cell(two.agreement_effect if two else None),
                    Cell(text=_templates(two), kind="number"),
                    answers_cell(two),
                )
                for c, one, two in told
            ),
            footnote="First four columns of numbers: implicit score; last three: explicit score.",
            is_dense=True,
        ),
    )


def _rate_cell(rate: float | None) -> Cell:
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")


def _signed_cell(value: float | None) -> Cell:
    return Cell(text=rounding.NONE if value is None else rounding.signed(value), kind="number")


def _templates(measure: Measure | None) -> str:
    values = [value for _, value in measure.by_template] if measure else []
    if not values:
        return rounding.NONE
    return f"{rounding.signed(min(values))} to {rounding.signed(max(values))}"
