"""A report made again: from untouched and whole evidence only, and never over the one of record."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery
from auditor.reporting.report import summarise
from auditor.store import RunFolder
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.report import rerender
from tests.battery_models import leaning
from tests.fakes import stereotyper

REQUEST = AuditRequest(
    model="scripted", tier="quick", instruments=("word-association",), wants_pdf=False
)


def audit(out: Path) -> None:
    battery = load_battery("quick", instruments=REQUEST.instruments)
    audit_model(stereotyper(battery, 0.8), REQUEST, out=out, on_batch=lambda _done, _all: None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    audit(tmp_path / "run")
    return tmp_path / "run"


def test_the_same_evidence_gives_the_same_bytes(run: Path) -> None:
    names = ("measures.json", "findings.json", "scores.csv", "report.html", "manifest.sha256")
    before = {name: (run / name).read_bytes() for name in names}
    rerender(run, wants_pdf=False)
    assert {name: (run / name).read_bytes() for name in names} == before


@pytest.mark.parametrize("name", ["responses.jsonl", "run.json", "policy.json", "finish.json"])
def test_altered_evidence_is_refused_and_not_hashed_anew(name: str, run: Path) -> None:
    manifest = (run / "manifest.sha256").read_bytes()
    content = (run / name).read_bytes()
    place = content.index(b"0")
    (run / name).write_bytes(content[:place] + b"1" + content[place + 1 :])
    with pytest.raises(RunUnreadable, match="not what the run wrote"):
        rerender(run, wants_pdf=False)
    with pytest.raises(RunUnreadable, match="not what the run wrote"):
        audit(run)
    assert (run / "manifest.sha256").read_bytes() == manifest


def test_an_unfinished_run_has_no_report_yet(run: Path) -> None:
    (run / "manifest.sha256").unlink()
    folder = RunFolder(run)
    responses = folder.responses()
    (run / "responses.jsonl").unlink()
    folder.append(responses[:40])
    with pytest.raises(RunUnreadable, match=f"40 of {len(responses)} answers"):
        rerender(run, wants_pdf=False)


def test_answers_to_other_questions_are_refused(run: Path) -> None:
    (run / "manifest.sha256").unlink()
    folder = RunFolder(run)
    responses = folder.responses()
    (run / "responses.jsonl").unlink()
    folder.append([replace(responses[0], prompt_id="another"), *responses[1:]])
    with pytest.raises(RunUnreadable, match="does not answer the questions"):
        rerender(run, wants_pdf=False)


def test_another_policy_goes_into_a_folder_of_its_own(run: Path, tmp_path: Path) -> None:
    policy = tmp_path / "strict.yaml"
    policy.write_text(
        "name: strict\nversion: '2'\nowner: o\ndescription: d\ncriteria:\n"
        "  - {id: a, measure: word-association.score, contrasts: [race.terms], limit: 0.9}\n"
    )
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    conclusion = rerender(run, policy_path=policy, wants_pdf=False)
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    assert conclusion.folder.path.parent == run
    assert len(conclusion.result.findings) == 1
    assert "after the run" in conclusion.result.record.warnings[-1]
    assert "after the run" in (conclusion.folder.path / "report.html").read_text("utf-8")
    assert rerender(conclusion.folder.path, wants_pdf=False).result.findings


def test_the_summary_counts_every_kind_of_response(tmp_path: Path) -> None:
    """Conditions with reasoning, and repetitions for the noise, are neither scores nor answers."""
    request = replace(REQUEST, instruments=("question-answering",))
    battery = load_battery("quick", instruments=request.instruments)
    conclusion = audit_model(
        leaning(battery, 0.4, seed=1), request, out=tmp_path, on_batch=lambda _done, _all: None
    )
    kinds = Counter((r.mode, r.purpose) for r in RunFolder(tmp_path).responses())
    assert kinds["reasoning", "audit"] > 0
    assert kinds["log-likelihood", "noise"] > 0
    said = (
        f"{kinds['log-likelihood', 'audit']} by likelihood + {kinds['text', 'audit']} written + "
        f"{kinds['reasoning', 'audit']} reasoning + {kinds['log-likelihood', 'noise']} repeated"
    )
    counts = {count.label for count in summarise(conclusion.result).summary.counts}
    assert f"responses: {said}" in counts
