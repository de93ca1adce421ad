"""JUnit: counted right, and nothing undecided is a pass."""

from xml.etree import ElementTree

import pytest
from junitparser import Failure, JUnitXml, Skipped, TestCase

from auditor.core.policy import Verdict
from auditor.reporting.exports.junit import junit_xml
from auditor.reporting.language import speaking
from tests.reporting.exports.cases import BUILDERS, case, every_ending, named
from tests.reporting.hostile import hostile_texts

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "timestamp"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set(),
}
"""Of junit-10.xsd, those that are used; it allows a property in suites only."""


def cases(text: str) -> list[TestCase]:
    return [one for suite in JUnitXml.fromstring(text.encode()) for one in suite]


@pytest.mark.parametrize("name", BUILDERS)
def test_elements_attributes_and_counts(name: str) -> None:
    text = junit_xml(case(name))
    root = ElementTree.fromstring(text)
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
    assert {child.tag for child in root} <= {"testsuite"}
    for suite in root.iter("testsuite"):
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
    n_judged = len(case(name).findings) + len(case(name).baseline_findings)
    assert int(root.attrib["tests"]) == len(cases(text)) == n_judged


def test_one_case_a_criterion_in_a_class_of_its_instrument() -> None:
    told = cases(junit_xml(case("pairings")))
    assert {one.name for one in told} == {f.criterion_id for f in case("pairings").findings}
    families = {f.measure_id.partition(".")[0] for f in case("pairings").findings}
    assert {one.classname for one in told} == families


def test_the_endings_of_all_verdicts() -> None:
    result, findings = every_ending()
    told = {one.name: one for one in cases(junit_xml(result))}
    for finding in findings:
        ends = [type(one) for one in told[finding.criterion_id].result]
        if finding.exceeds_policy:
            assert ends == [Failure]
        elif finding.verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE):
            assert ends == [Skipped]
        else:
            assert ends == []


def test_every_case_says_its_verdict_sentence_and_numbers() -> None:
    told = {one.name: one for one in cases(junit_xml(case("pairings")))}
    for finding in case("pairings").findings:
        said = str(told[finding.criterion_id].system_out)
        assert finding.verdict.value in said.lower()
        assert f"limit {finding.limit:.2f}" in said
        measure = next(
            (m for m in case("pairings").measures if m.measure_id == finding.measure_id), None
        )
        if measure is not None and measure.value is not None:
            assert f"{measure.n} answers scored on {measure.n_clusters} stimuli" in said
            assert "Observed: " in said
            assert "unusable" in said


def test_english_in_every_language() -> None:
    text = junit_xml(case("pairings"))
    with speaking("es"):
        assert junit_xml(case("pairings")) == text


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_any_name_of_a_model_stays_within_its_attribute(name: str) -> None:
    text = junit_xml(named(hostile_texts()[name]))
    assert len(cases(text)) == len(case("pairings").findings)
    assert "<script" not in text


def test_a_margin_is_a_case_in_a_suite_of_its_own() -> None:
    told = case("increases")
    root = ElementTree.fromstring(junit_xml(told))
    (suite,) = [one for one in root.findall("testsuite") if one.get("name") == "baseline"]
    cases = suite.findall("testcase")
    assert len(cases) == len(told.baseline_findings)
    for one, finding in zip(cases, told.baseline_findings, strict=True):
        assert one.get("name") == f"{finding.criterion_id}/max-increase"
        assert (one.find("failure") is not None) == finding.exceeds_policy
    assert suite.get("failures") == str(sum(f.exceeds_policy for f in told.baseline_findings))
