"""`modelcard.md`: a model card by the sections of Mitchell et al. 2019. Pure.

Three marks tell who says what: measured by the audit, declared by the organisation and verified by
nobody, and to be completed. Nothing is ever filled in for a person.
"""

from auditor.core.presentation import PLAIN, Presentation
from auditor.core.results import AuditResult
from auditor.reporting import naming
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.exports import model_card_tables as tables
from auditor.reporting.exports.markdown import bullets, code, escape, quoted
from auditor.reporting.fields import answer_of, open_fields
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Report
from auditor.reporting.rounding import moment
from auditor.reporting.view import view

ANSWER_LIMIT = 4000
"""Characters of one declared answer that the card holds."""
FIELDS = (
    "provider",
    "release",
    "intended-purpose",
    "misuse",
    "affected-people",
    "consultation",
    "metric-choice",
    "training-data",
    "impact",
    "bias-sources",
    "human-oversight",
    "residual-risk",
    "monitoring",
    "licence",
)
"""What a card asks of the organisation, by the names of the audit file."""
_NOT_ASKED = mark("Not measured, and not asked of the organisation in this report.")


def model_card(report: Report, result: AuditResult, presentation: Presentation = PLAIN) -> str:
    """The card, in the language that is being spoken, as the report's own pages."""
    parts = (
        _head(report, result),
        _details(report, presentation),
        _use(report, presentation),
        _factors(result, presentation),
        _metrics(report, result, presentation),
        _evaluation(result),
        _section(tr("Training data"), _declared(presentation, "training-data") or tr(_NOT_ASKED)),
        _analyses(report, result),
        _ethics(presentation),
        _caveats(report, presentation),
    )
    return "\n\n".join(parts) + "\n"


def _head(report: Report, result: AuditResult) -> str:
    title = tr("Model card: {model}", model=code(naming.model_name(result.record.model)))
    made = tr(
        "Made by {generator} from run {run}, {moment}.",
        generator=escape(report.generator),
        run=code(result.record.run_id),
        moment=moment(result.finished),
    )
    marks = tr(
        "Each statement is measured by the audit, declared by the organisation and not verified, "
        "or to be completed. The sections are those of Mitchell et al. 2019."
    )
    return "\n\n".join((f"# {title}", escape(report.disclaimer), made, marks))


def _details(report: Report, presentation: Presentation) -> str:
    facts = bullets([f"**{escape(one.label)}**: {escape(one.text)}" for one in report.system])
    return _section(
        tr("Model details"),
        tr("Declared by the server, not measured:")
        if report.is_declared
        else tr("Measured from the files:"),
        facts,
        _declared(presentation, "provider"),
        _declared(presentation, "release"),
        _declared(presentation, "licence"),
    )


def _use(report: Report, presentation: Presentation) -> str:
    return _section(
        tr("Intended use"),
        _declared(presentation, "intended-purpose"),
        _declared(presentation, "misuse"),
        tr("Outside of what this audit can speak of:"),
        bullets([escape(one) for one in report.scope.outside]),
    )


def _factors(result: AuditResult, presentation: Presentation) -> str:
    conditions = dict.fromkeys(measure.condition for measure in result.measures)
    names = "; ".join(naming.condition_name(one) for one in conditions)
    return _section(
        tr("Factors"),
        tr("Groups that were compared, each in words of the battery:"),
        tables.groups(result),
        tr("The questions were asked under these conditions: {conditions}.", conditions=names),
        _declared(presentation, "affected-people"),
        _declared(presentation, "consultation"),
    )


def _metrics(report: Report, result: AuditResult, presentation: Presentation) -> str:
    return _section(
        tr("Metrics"),
        tables.instruments(result),
        *(escape(one) for one in report.reading[:2]),
        tr("The verdict on a criterion follows from this rule, the first line that applies:"),
        "\n".join(f"{n}. {escape(one)}" for n, one in enumerate(report.method.rule, start=1)),
        _declared(presentation, "metric-choice"),
    )


def _evaluation(result: AuditResult) -> str:
    battery, settings = result.record.battery, result.record.settings
    return _section(
        tr("Evaluation data"),
        tr(
            "The battery of auditor, version {version}, tier {tier}; sha256 {sha256}. It was "
            "written for audits and is no sample of people or of texts.",
            version=escape(clean_line(battery.version)),
            tier=settings.tier,
            sha256=code(battery.sha256),
        ),
        tables.evaluation(result),
        tr("How the questions are made and scored stands under method in the report."),
    )


def _analyses(report: Report, result: AuditResult) -> str:
    seen = view(result)
    mixed = tables.intersectional(seen)
    none = tr(
        "No comparison of groups that join several attributes was asked in this run. Nothing here "
        "speaks of people who belong to several groups at once."
    )
    return _section(
        tr("Quantitative analyses"),
        escape(f"{report.cover.verdict_line} {report.cover.tally_line}"),
        _heading(tr("Unitary results")),
        tables.unitary(seen) or tr("No criterion of the policy was asked in this run."),
        tr(
            "Values with their 95 % intervals; bounds: what the value could be, whatever the "
            "unusable answers would have been. Every other measure is in {file}.",
            file=code("scores.csv"),
        ),
        _heading(tr("Intersectional results")),
        mixed or none,
    )


def _ethics(presentation: Presentation) -> str:
    fields = ("impact", "bias-sources", "human-oversight", "residual-risk")
    return _section(
        tr("Ethical considerations"),
        tr(
            "Associations and simulated decisions are measured, not harm. What follows for people "
            "depends on the use, which this audit does not know."
        ),
        *(_declared(presentation, one) for one in fields),
    )


def _caveats(report: Report, presentation: Presentation) -> str:
    limits = (*report.limitations.met, *report.limitations.standing)
    return _section(
        tr("Caveats and recommendations"),
        bullets([escape(one) for one in limits]),
        tr("Left for the organisation to decide:"),
        bullets([escape(one) for one in report.summary.decisions]),
        _declared(presentation, "monitoring"),
    )


def _section(title: str, *parts: str) -> str:
    return "\n\n".join((f"## {title}", *(part for part in parts if part)))


def _heading(title: str) -> str:
    return f"### {title}"


def _declared(presentation: Presentation, name: str) -> str:
    """What the organisation says, or that it has yet to; empty where the report does not ask.

    What the report has no box for has none here either: the two lists of what is open are one.
    """
    crosswalk, about = presentation.crosswalk, presentation.about
    field = next((one for one in crosswalk.fields if one.field_id == name), None)
    if field is None:
        return ""
    label = f"**{escape(tr(field.label))}**"
    answer = answer_of(about, field)
    if answer:
        told = tr("{label} (declared by the organisation, not verified):", label=label)
        return f"{told}\n\n{quoted(clean(answer, ANSWER_LIMIT, stored='presentation.json'))}"
    if field in open_fields(crosswalk, about):
        return tr("{label}: to be completed by the organisation; not measured.", label=label)
    return ""
