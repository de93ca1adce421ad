"""`auditor history`: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from tests.workflows.stored_reviews import audit, review, with_weights


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reviews of one model, whose name would be a command to a terminal, and a torn one."""
    root = tmp_path_factory.mktemp("runs")
    source = audit(root.parent / "source", 0.5)
    review(source, root / "b", "2026-01-05T08:00:00+00:00")
    review(source, root / "a", "2026-02-05T08:00:00+00:00", with_weights("cd"))
    review(source, root / "torn\x1b[2J", "2026-03-05T08:00:00+00:00")
    (root / "torn\x1b[2J" / "run.json").write_text("{", encoding="utf-8")
    return root


def test_reviews_steps_and_files_are_told(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["history", str(runs), "--no-pdf"]) == 0
    told = capsys.readouterr()
    assert "scripted: 2 reviews" in told.out
    assert told.out.index("2026-01-05 08:00") < told.out.index("2026-02-05 08:00")
    assert "1 to 2: changed: weights; " in told.out
    assert str(runs / "history" / "history.html") in told.out
    assert "left out (damaged): torn" in told.err
    assert "\x1b" not in told.err + told.out


def test_the_summary_for_machines(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert run_command_line(["history", str(runs), "--no-pdf", "--json", "--out", out]) == 0
    told = json.loads(capsys.readouterr().out)
    (model,) = told["models"]
    assert [one["folder"] for one in model["reviews"]] == ["b", "a"]
    assert model["steps"][0]["what_differs"] == ["weights"]
    assert set(model["steps"][0]["words"]) == {"same", "not-compared"}
    assert [one["kind"] for one in told["left_out"]] == ["damaged"]
    assert all(Path(name).is_file() for name in told["files"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-folder"], "is not a folder"),
        (["."], "holds no finished run"),
        ([], "Missing argument 'DIR'"),
    ],
)
def test_what_is_no_history_is_one_sentence(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command_line(["history", *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert not told.out
    assert not list(tmp_path.iterdir())
