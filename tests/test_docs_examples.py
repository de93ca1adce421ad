"""What docs/report.md shows and lists is what the code reads and prints."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.battery import POLICY_MEASURES
from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult
from auditor.prompt_library import askers, load_policy
from auditor.prompt_library.about import load_about
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.fields import missing_for_final
from auditor.reporting.report import summarise
from auditor.reporting.reviews.change_words import SIGNS
from auditor.reporting.standards.evidence import SECTION_IDS
from tests.reporting.builders import result
from tests.reporting.review_builders import with_baseline, with_models
from tests.reporting.standalone_builders import standalone_result

DOCUMENT = (Path(__file__).parents[1] / "docs" / "report.md").read_text(encoding="utf-8")
PAGES = DOCUMENT.partition("## Pages")[2].partition("\n## ")[0]
WITHOUT_CONTENTS = ("cover", "printed-contents")
"""Pages that no entry of the contents leads to."""


def listed_pages() -> Iterator[str]:
    """Their ids in the document's order; `test-…` stands for one a test."""
    for row in re.findall(r"^\| (`[^|]+`) \|", PAGES, flags=re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


def of_document(section_id: str) -> str:
    return "test-…" if section_id.startswith("test-") else section_id


def test_the_documented_audit_file_is_read_and_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "about.yaml"
    path.write_text(DOCUMENT.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    crosswalk = load_crosswalk()
    policy, _ = load_policy(None, known_measures=POLICY_MEASURES, known_contrasts=askers())
    about = load_about(path, crosswalk, [one.id for one in policy.criteria])
    assert about.organisation
    assert about.standards
    findings = [name for name, _ in about.mitigations]
    assert findings
    assert missing_for_final(crosswalk, about, findings) == ()


def test_every_required_field_is_named() -> None:
    told = " ".join(DOCUMENT.partition("## Draft and final")[2].partition("\n## ")[0].split())
    names = told.partition("a field that is required: ")[2].partition(";")[0].split(", ")
    required = {one.field_id for one in load_crosswalk().fields if one.is_required}
    assert {name.replace(" ", "-") for name in names} == required


def test_every_page_is_listed() -> None:
    listed = list(listed_pages())
    assert len(listed) == len(set(listed))
    assert set(listed) - set(WITHOUT_CONTENTS) == {of_document(one) for one in SECTION_IDS}


@pytest.mark.parametrize(
    "told",
    [with_models(with_baseline(result())), standalone_result()],
    ids=["pairing", "standalone"],
)
def test_pages_are_listed_in_the_reports_order(told: AuditResult) -> None:
    contents = summarise(told, Presentation(crosswalk=load_crosswalk())).contents
    found = [of_document(entry.section_id) for entry in contents]
    places = [list(listed_pages()).index(one) for one in found]
    assert len(found) > 10
    assert places == sorted(places)


def test_every_word_for_a_change_has_its_rule() -> None:
    table = DOCUMENT.partition("| word | when |")[2].partition("\n\n")[0]
    words = re.findall(r"^\| ([a-z ]+) \|", table, flags=re.MULTILINE)
    assert sorted(words) == sorted(word for _, word, _ in SIGNS.values())
