"""`auditor history`: what it prints, and its exit codes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from auditor.prompt_library import load_battery
from auditor.workflows.audit import audit_model
from tests.fakes import stereotyper
from tests.workflows.stored_reviews import REQUEST, audit, review, with_battery, with_weights

MARGIN = (
    "name: margin\nversion: '1'\nowner: o\ndescription: d\ncriteria:\n"
    "  - {id: a, measure: word-association.score, contrasts: [race.terms], limit: 1, "
    "max_increase: 0.2}\n"
)
"""Whatever a score is, it lies within the limit; only an increase can fail."""


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
    told_words = set(model["steps"][0]["words"])
    assert {"same", "not-compared"} <= told_words
    assert not told_words & {"worse", "better"}
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


def test_a_failed_margin_is_told_beside_the_criteria_that_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "margin.yaml"
    policy.write_text(MARGIN, encoding="utf-8")
    earlier = audit(tmp_path / "earlier", 0.3)
    worse = stereotyper(load_battery("quick", instruments=REQUEST.instruments), 3.0)
    request = replace(REQUEST, policy=policy, baseline=earlier)
    audit_model(worse, request, out=tmp_path / "worse", on_batch=lambda _done, _all: None)
    root = tmp_path / "runs"
    review(tmp_path / "worse", root / "worse", "2026-01-05T08:00:00+00:00")
    assert run_command_line(["history", str(root), "--no-pdf"]) == 0
    told = capsys.readouterr().out
    assert "  exit 1  1 pass; against its baseline: 1 fail, " in told
    html = (root / "history" / "history.html").read_text("utf-8")
    assert "The newest review: fail. " in html
    assert run_command_line(["history", str(root), "--no-pdf", "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    (one,) = model["reviews"]
    assert (one["verdict"], one["verdicts"]["fail"], one["verdicts"]["pass"]) == ("fail", 0, 1)
    assert {word: n for word, n in one["baseline_verdicts"].items() if n} == {"fail": 1}


def test_no_share_is_told_without_its_interval_and_its_n(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "runs"
    review(runs / "b", root / "old", "2026-01-05T08:00:00+00:00", with_battery("0.9"))
    review(runs / "b", root / "new", "2026-02-05T08:00:00+00:00")
    assert run_command_line(["history", str(root), "--no-pdf"]) == 0
    old, new = (one for one in capsys.readouterr().out.splitlines() if "  weights " in one)
    assert "unusable" not in old
    assert re.search(r", n [\d,]+ written answers  \(as stored\)$", old)
    assert re.search(r", [<\d. ]+ % \[.+ %, .+ %\] of n [\d,]+ written answers unusable$", new)
    assert run_command_line(["history", str(root), "--no-pdf", "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    stored, measured = (one["unusable"] for one in model["reviews"])
    assert (stored["low"], stored["high"]) == (None, None)
    assert stored["n"] == measured["n"] > 0
    assert measured["low"] <= measured["value"] <= measured["high"]
    assert stored["value"] == pytest.approx(measured["value"])
