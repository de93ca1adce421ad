"""`junit.xml`: every criterion as a test case, for tools that show test results. Pure.

Elements and attributes are those of Jenkins' schema junit-10, which others read as well. Verdicts
have no twin there: what is neither passed nor failed is skipped with its reason, or failed where
the policy says so, and a warning passes with a text that says what it is.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.reporting import naming
from auditor.reporting.cleaning import clean_line
from auditor.reporting.exports.told_findings import ToldFinding, told_findings
from auditor.reporting.exports.told_increases import ToldIncrease, told_increases

Told = ToldFinding | ToldIncrease
_UNDECIDED = (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE)


def junit_xml(result: AuditResult) -> str:
    """One suite a test family, one case a criterion, in the policy's order; last, in a suite of its
    own, a case for each criterion that limits an increase since an earlier run."""
    told: tuple[Told, ...] = (*told_findings(result), *told_increases(result))
    root = Element("testsuites", {"name": "auditor", **_counts(told)})
    root.set("time", f"{result.duration_seconds:.3f}")
    for family in dict.fromkeys(one.family for one in told):
        mine = [one for one in told if one.family == family]
        suite = SubElement(root, "testsuite", {"name": family, **_counts(mine)})
        suite.set("skipped", str(sum(_is_skipped(one) for one in mine)))
        suite.set("timestamp", result.record.created[:19])
        properties = SubElement(suite, "properties")
        for name, value in _properties(result):
            SubElement(properties, "property", {"name": name, "value": clean_line(value)})
        for one in mine:
            _add_case(suite, one)
    indent(root, " ")
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_case(suite: Element, told: Told) -> None:
    finding = told.finding
    name = told.case_id
    case = SubElement(suite, "testcase", {"name": name, "classname": told.family})
    message = {"message": told.headline, "type": finding.verdict.value}
    if finding.exceeds_policy:
        SubElement(case, "failure", message).text = told.text
    elif _is_skipped(told):
        SubElement(case, "skipped", message)
    SubElement(case, "system-out").text = f"{told.question}\n{told.text}"


def _is_skipped(told: Told) -> bool:
    return told.finding.verdict in _UNDECIDED and not told.finding.exceeds_policy


def _counts(told: Sequence[Told]) -> dict[str, str]:
    return {
        "tests": str(len(told)),
        "failures": str(sum(one.finding.exceeds_policy for one in told)),
        "errors": "0",
    }


def _properties(result: AuditResult) -> tuple[tuple[str, str], ...]:
    record = result.record
    return (
        ("run", record.run_id),
        ("model", naming.model_name(record.model)),
        (
            "declaration-sha256" if record.model.is_declared else "weights-sha256",
            record.model.weights_sha256,
        ),
        ("battery", f"{record.battery.version}, tier {record.settings.tier}"),
        ("policy", f"{record.policy.name} {record.policy.version}"),
        ("policy-sha256", record.policy.sha256),
    )
