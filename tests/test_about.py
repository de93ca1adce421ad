"""The audit file: what is read of it, and one clear sentence for each mistake in it."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.errors import AboutInvalid
from auditor.prompt_library.about import MAX_TEXT, check_mitigations, load_about
from auditor.prompt_library.about_template import about_template
from auditor.prompt_library.documents import MAX_BYTES
from auditor.prompt_library.standards import load_crosswalk

CROSSWALK = load_crosswalk()
CRITERIA = ("implicit/gender.terms", "implicit/race.terms")
WHOLE = """\
organisation: Example Ltd
standards: [nyc-ll144, ai-act]
fields:
  intended-purpose: |
    Screening of applications.
    Two lines.
  provider: "  Jane Doe  "
  first-use: ""
mitigations:
  implicit/gender.terms: Reworded, J. Doe, 1 March 2027
"""


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "about.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_declared_is_read_and_an_empty_answer_is_none(tmp_path: Path) -> None:
    about = load_about(write(tmp_path, WHOLE), CROSSWALK, CRITERIA)
    assert about.organisation == "Example Ltd"
    assert about.standards == ("nyc-ll144", "ai-act")
    assert about.answer("intended-purpose") == "Screening of applications.\nTwo lines."
    assert about.answer("provider") == "Jane Doe"
    assert about.answer("first-use") is None
    assert about.mitigations == (("implicit/gender.terms", "Reworded, J. Doe, 1 March 2027"),)
    assert about.sha256 == sha256(WHOLE.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("organisation:\n", "declares nothing"),
        ('fields: {provider: "  "}', "declares nothing"),
        ("- a\n", "lines of the form `name: text`, and not a list"),
        ("just words", "and not a text"),
        ("organization: x", "unknown key `organization`; did you mean `organisation`?"),
        ("colour: x", "allowed are organisation, standards, fields, mitigations."),
        ("organisation: 12", "`organisation` is a text, and YAML reads a number here"),
        ("organisation: yes", "reads a truth value here: put it in quotes"),
        ("standards: nyc-ll144", "`standards` is a list, one id a line behind a dash"),
        ("standards: [nyc]", "unknown standard `nyc`; did you mean `nyc-ll144`? Allowed are"),
        ("standards: [[nyc-ll144]]", "unknown standard `['nyc-ll144']`"),
        ("fields: [a]", "`fields`: here stand lines of the form"),
        ("fields: {first-use: 2026-01-01}", "`first-use` is a text, and YAML reads the date"),
        ("fields: {first-use: 2026-13-45}", "not valid YAML"),
        ("fields: {provider: [a]}", "reads a list here"),
        ("fields: {provider: {a: b}}", "reads a mapping here"),
        ("fields: {purpose: x}", "unknown name in `fields` `purpose`"),
        ("fields: {provider: a, provider: b}", "the key `provider` is given twice"),
        (f"fields: {{provider: {'x' * (MAX_TEXT + 1)}}}", f"at most {MAX_TEXT} are printed"),
        ("mitigations: {implicit/gender: x}", "did you mean `implicit/gender.terms`?"),
        ("a: &a [1]\nb: [*a, *a]", "anchors (&) and aliases (*) are not allowed"),
        ("organisation: !!python/name:os.system x", "could not determine a constructor"),
        ("organisation: !!binary aGk=", "reads something else here"),
        ("organisation: " + "[" * 50 + "]" * 50, "nested too deeply"),
        (b"organisation: \xff", "is not UTF-8 text"),
        ("organisation: '" + "x" * MAX_BYTES + "'", "larger than 256 kB"),
    ],
)
def test_each_mistake_is_one_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(AboutInvalid, match=re.escape(words)) as caught:
        load_about(path, CROSSWALK, CRITERIA)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AboutInvalid, match="There is no audit file"):
        load_about(tmp_path / "none.yaml", CROSSWALK)
    with pytest.raises(AboutInvalid, match="is a folder"):
        load_about(tmp_path, CROSSWALK)


def test_mitigations_can_be_checked_when_the_policy_is_known(tmp_path: Path) -> None:
    about = load_about(write(tmp_path, "mitigations: {implicit/old: x}"), CROSSWALK)
    with pytest.raises(AboutInvalid, match=r"unknown name in `mitigations` `implicit/old`"):
        check_mitigations(about, CRITERIA)
    check_mitigations(load_about(write(tmp_path, WHOLE), CROSSWALK), CRITERIA)


def test_the_template_has_every_field_and_is_read_when_filled(tmp_path: Path) -> None:
    template = about_template(CROSSWALK)
    assert max(len(line) for line in template.splitlines()) <= 100
    filled = template.replace('""', '"filled in"')
    about = load_about(write(tmp_path, filled), CROSSWALK)
    named = sorted(name for name, _ in about.answers)
    assert named == sorted(field.field_id for field in CROSSWALK.fields)
    assert about.standards == tuple(one.standard_id for one in CROSSWALK.standards)
    for field in CROSSWALK.fields:
        marked = f"{field.label} (required)." in " ".join(template.replace("#", "").split())
        assert marked == field.is_required, field.field_id


def test_an_unfilled_template_leaves_every_field_open(tmp_path: Path) -> None:
    about = load_about(write(tmp_path, about_template(CROSSWALK)), CROSSWALK)
    assert about.answers == ()
    assert about.mitigations == ()
