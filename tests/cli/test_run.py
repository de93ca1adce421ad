"""`auditor run`: what the user typed wrong is one sentence and exit code 2."""

from pathlib import Path

import pytest

from auditor.battery import INSTRUMENTS
from auditor.cli import run_command_line
from auditor.cli.run import INSTRUMENT_NAMES
from auditor.cli.score import FORMAT_NAMES
from auditor.workflows.score import FORMATS


def test_the_instruments_offered_are_those_of_the_battery() -> None:
    assert tuple(INSTRUMENTS) == INSTRUMENT_NAMES


def test_the_formats_offered_are_those_that_can_be_read() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-file.gguf"], "There is no no-such-file.gguf"),
        (["run", "demo", "--tier", "huge"], "'huge' is not one of"),
        (["run", "demo", "--instrument", "word_association"], "'word_association' is not one of"),
        (["run", "demo", "--policy", "no-such.yaml"], "no-such.yaml"),
        (["run"], "Missing argument 'MODEL'"),
        (["run", "demo", "--no-probe", "--base", "demo"], "leave --no-probe out"),
        (["probe", "no-such-model"], "There is no no-such-model"),
        (["probe", "demo", "--base", "no-such-base"], "There is no no-such-base"),
        (["probe", "demo", "--concept", "race"], "'race' is not one of"),
        (["report", "no-such-folder"], "not a run folder"),
        (["battery", "show", "no.such"], "no contrast 'no.such'"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    extra = (
        ["--out", str(tmp_path / "run")]
        if arguments[0] in ("run", "probe") and arguments[1:]
        else []
    )
    assert run_command_line([*arguments, *extra]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert not captured.out
    assert "Traceback" not in captured.err


def test_a_misspelt_policy_key_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "name: p\nversion: '1'\nowner: o\ndescription: d\ncriteria:\n"
        "  - {id: a, measure: word-association.score, contrasts: [race.terms], limmit: 0.1}\n"
    )
    code = run_command_line(
        ["run", "demo", "--policy", str(policy), "--out", str(tmp_path / "run")]
    )
    assert code == 2
    said = capsys.readouterr().err
    assert "limmit" in said
    assert "`limit`" in said
    assert not (tmp_path / "run").exists()


def test_an_unknown_measure_in_a_policy_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "name: p\nversion: '1'\nowner: o\ndescription: d\ncriteria:\n"
        "  - {id: a, measure: bias_score, contrasts: [race.terms], limit: 0.1}\n"
    )
    assert run_command_line(["run", "demo", "--policy", str(policy)]) == 2
    assert "bias_score" in capsys.readouterr().err


def test_the_battery_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["battery", "list"]) == 0
    assert "race.colour-words" in capsys.readouterr().out
    assert run_command_line(["battery", "show", "race.terms"]) == 0
    assert "Black people" in capsys.readouterr().out
