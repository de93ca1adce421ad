"""`auditor about`, and what the options of a report's looks accept."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.prompt_library.about import load_about
from auditor.prompt_library.standards import load_crosswalk


def test_the_printed_audit_file_is_one_once_it_is_filled_in(tmp_path: Path) -> None:
    printed = CliRunner().invoke(cli, ["about"])
    assert printed.exit_code == 0
    path = tmp_path / "about.yaml"
    path.write_text(printed.stdout.replace('provider: ""', 'provider: "A name"'), encoding="utf-8")
    assert load_about(path, load_crosswalk()).answer("provider") == "A name"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("outputs,plants", "plants cannot be left out"),
        ("", "nothing cannot be left out"),
        ("none,host", "none cannot be left out"),
    ],
)
def test_a_redaction_that_does_not_exist_is_named(given: str, said: str) -> None:
    refused = CliRunner().invoke(cli, ["report", "somewhere", "--redact", given])
    assert refused.exit_code == 2
    assert said in refused.output
    assert "outputs, paths, host" in refused.output


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    refused = CliRunner().invoke(cli, ["report", "somewhere", "--lang", "fr"])
    assert refused.exit_code == 2
    for language in ("en", "de", "es"):
        assert language in refused.output
