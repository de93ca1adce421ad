"""What the terminal says of a baseline: the tally, the margins, and refusals with their reasons."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from auditor.battery.reviewing.baseline_gate import REASONS
from auditor.cli import run_command_line
from auditor.cli.baseline_outcome import REASON_WORDS
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests.fakes import stereotyper

NAMES = ("word-association",)
POLICY = """\
name: gate
version: "1"
owner: nobody
description: d
criteria:
  - id: implicit
    measure: word-association.score
    contrasts: [race.terms, gender.terms]
    limit: 1
    max_increase: 0.2
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`earlier`, `same` and `worse`, and `other` of another instrument."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "gate.yaml").write_text(POLICY)
    for name, strength, instrument in (
        ("earlier", 0.3, "word-association"),
        ("same", 0.3, "word-association"),
        ("worse", 3.0, "word-association"),
        ("other", 0.3, "mirrored-statements"),
    ):
        own = instrument == NAMES[0]
        request = AuditRequest(
            model="scripted",
            tier="quick",
            instruments=(instrument,),
            policy=folder / "gate.yaml" if own else None,
            wants_pdf=False,
        )
        model = stereotyper(load_battery("quick", instruments=(instrument,)), strength)
        audit_model(model, request, out=folder / name, on_batch=lambda _done, _all: None)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str


def report(*arguments: object) -> Done:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run_command_line(["report", "--no-pdf", *map(str, arguments)])
    return Done(exit_code=code, stdout=out.getvalue(), stderr=err.getvalue())


def test_the_tally_and_the_margins_are_printed(runs: Path) -> None:
    same = report(runs / "same", "--baseline", runs / "earlier")
    assert same.exit_code == 0
    assert "new 0, worse 0, same 2, better 0, undecided 0, gone 0, not compared 0" in same.stdout
    assert "pass            implicit/race.terms" in same.stdout
    assert "margin 0.2  +0.000 [+0.000, +0.000]  n=6" in same.stdout
    assert "2 pass  0 fail  0 inconclusive  0 not measurable" in same.stdout
    worse = report(runs / "worse", "--baseline", runs / "earlier")
    assert worse.exit_code == 1
    assert "worse 2" in worse.stdout
    assert "0 pass  2 fail" in worse.stdout


def test_machines_are_told_the_same(runs: Path) -> None:
    done = report(runs / "worse", "--baseline", runs / "earlier", "--json")
    told = json.loads(done.stdout)["baseline"]
    assert told["changes"]["worse"] == 2
    assert [one["verdict"] for one in told["findings"]] == ["fail", "fail"]
    assert all(one["low"] > one["max_increase"] == 0.2 for one in told["findings"])
    told = json.loads(report(runs / "same", "--json").stdout)["baseline"]
    assert told["missing_because"] == "not-asked"
    assert [one["reasons"] for one in told["findings"]] == [["no-baseline"]] * 2


def test_a_baseline_that_cannot_be_one_is_refused_with_the_reasons(runs: Path) -> None:
    done = report(runs / "same", "--baseline", runs / "other")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "cannot be the baseline: not the same are the instruments." in done.stderr
    nothing = report(runs / "same", "--baseline", runs / "nothing")
    assert nothing.exit_code == 2
    assert "is not a run folder" in nothing.stderr


def test_no_earlier_run_is_said(runs: Path, tmp_path: Path) -> None:
    done = report(runs / "same", "--baseline", f"latest:{tmp_path}")
    assert done.exit_code == 0
    assert "no baseline: no earlier run of this model" in done.stderr
    assert "(no earlier run to compare with)" in done.stdout
    absent = report(runs / "same", "--baseline", f"latest:{tmp_path / 'absent'}")
    assert absent.exit_code == 2
    assert "There is no folder" in absent.stderr


def test_every_reason_for_no_verdict_has_words() -> None:
    """The others stand in the verdict itself."""
    assert set(REASONS) - set(REASON_WORDS) == {"no-worse", "increase-beyond", "increase-open"}
