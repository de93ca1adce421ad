"""A policy that asks for no increase since the baseline: refused early, judged, never passed by
default."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.core.model import LanguageModel
from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.core.review import Review, ReviewMissing
from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.rendering import Conclusion
from auditor.workflows.report import rerender
from auditor.workflows.reviews.review import Beside, LatestIn
from tests.fakes import stereotyper

NAMES = ("word-association",)
BATTERY = load_battery("quick", instruments=NAMES)
POLICY = """\
name: gate
version: "1"
owner: nobody
description: d
criteria:
  - id: implicit
    measure: word-association.score
    contrasts: [race.terms, gender.terms, age.terms]
    limit: 1
    max_increase: 0.2
    on_not_measurable: {on_missing}
"""


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`fail.yaml` and `warn.yaml`: what a criterion without a baseline counts as."""
    folder = tmp_path_factory.mktemp("policies")
    for word in ("fail", "warn"):
        (folder / f"{word}.yaml").write_text(POLICY.format(on_missing=word))
    return folder


@pytest.fixture(scope="module")
def request_(policies: Path) -> AuditRequest:
    return AuditRequest(
        model="scripted",
        tier="quick",
        instruments=NAMES,
        policy=policies / "fail.yaml",
        wants_pdf=False,
    )


def audit(out: Path, request: AuditRequest, strength: float = 0.3) -> Conclusion:
    model = stereotyper(load_battery("quick", instruments=request.instruments), strength)
    return audit_model(model, request, out=out, on_batch=lambda _done, _all: None)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory, request_: AuditRequest) -> Path:
    out = tmp_path_factory.mktemp("runs") / "earlier"
    audit(out, request_)
    return out


def verdicts(result: AuditResult) -> set[Verdict]:
    return {one.verdict for one in result.baseline_findings}


def test_a_worse_model_fails_and_the_same_one_passes(
    earlier: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    asked = replace(request_, baseline=earlier)
    same = audit(tmp_path / "same", asked)
    assert verdicts(same.result) == {Verdict.PASS}
    assert all(one.increase and one.increase.value == 0 for one in same.result.baseline_findings)
    assert same.result.exit_code == 0
    worse = audit(tmp_path / "worse", asked, strength=3.0)
    assert verdicts(worse.result) == {Verdict.FAIL}
    assert worse.result.exit_code == 1
    # The limit alone would have let it through.
    assert not any(one.exceeds_policy for one in worse.result.findings)
    assert isinstance(worse.result.baseline, Review)
    stored = json.loads((tmp_path / "worse" / "baseline-findings.json").read_text())
    assert [one["verdict"] for one in stored] == ["fail"] * 3
    listed = (tmp_path / "worse" / "manifest.sha256").read_text()
    assert "baseline-findings.json" in listed


@pytest.mark.parametrize(("on_missing", "exit_code"), [("fail", 1), ("warn", 0)])
def test_without_a_baseline_nothing_passes_silently(
    on_missing: str, exit_code: int, policies: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    asked = replace(request_, policy=policies / f"{on_missing}.yaml")
    result = audit(tmp_path / "run", asked).result
    assert verdicts(result) == {Verdict.NOT_MEASURABLE}
    assert {one.reasons for one in result.baseline_findings} == {("no-baseline",)}
    assert result.exit_code == exit_code


def test_a_report_made_again_without_its_baseline_does_not_keep_the_pass(
    earlier: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    audit(tmp_path / "run", replace(request_, baseline=earlier))
    again = rerender(tmp_path / "run", wants_pdf=False).result
    assert {one.reasons for one in again.baseline_findings} == {("no-baseline",)}
    assert again.exit_code == 1
    once_more = rerender(tmp_path / "run", beside=Beside(baseline=earlier), wants_pdf=False).result
    assert verdicts(once_more) == {Verdict.PASS}
    assert once_more.exit_code == 0


def test_a_run_may_be_its_own_baseline(earlier: Path) -> None:
    result = rerender(earlier, beside=Beside(baseline=earlier), wants_pdf=False).result
    assert verdicts(result) == {Verdict.PASS}
    assert isinstance(result.baseline, Review)
    assert {one.word for one in result.baseline.changes} == {"same"}
    assert all(c.difference and c.difference.value == 0 for c in result.baseline.changes)


class _NeverAsked:
    """A model that nothing may be asked of."""

    def __init__(self, model: LanguageModel) -> None:
        self.identity = model.identity
        self.warnings = model.warnings

    def answer(self, _prompts: object) -> Iterator[None]:
        raise AssertionError("a question was asked")

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tier": "standard"}, "not the same are the tier"),
        (
            {"tier": "standard", "instruments": ("mirrored-statements",)},
            "not the same are the tier, the instruments",
        ),
    ],
)
def test_what_is_known_to_differ_is_refused_before_the_first_question(
    changes: dict[str, object],
    told: str,
    earlier: Path,
    tmp_path: Path,
    request_: AuditRequest,
) -> None:
    asked = replace(request_, baseline=earlier, policy=None, **changes)  # type: ignore[arg-type]
    model = _NeverAsked(stereotyper(BATTERY, 0.3))
    with pytest.raises(RunUnreadable, match=f"cannot be the baseline: {told}"):
        audit_model(model, asked, out=tmp_path / "run", on_batch=lambda _done, _all: None)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_another_battery_an_altered_and_an_unfinished_baseline_are_refused_first(
    earlier: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    def copy(name: str) -> RunFolder:
        folder = RunFolder(tmp_path / name)
        for path in earlier.iterdir():
            if path.is_file():
                folder.write_bytes(path.name, path.read_bytes())
        return folder

    foreign, altered, unfinished = copy("foreign"), copy("altered"), copy("unfinished")
    record = foreign.record()
    foreign.write_record(replace(record, battery=replace(record.battery, sha256="0" * 64)))
    altered.write_bytes("responses.jsonl", altered.content("responses.jsonl").replace(b"1", b"2"))
    (unfinished.path / "manifest.sha256").unlink()
    unfinished.write_bytes("responses.jsonl", b"")
    for folder, told in (
        (foreign, "not the same are the battery"),
        (altered, "not what the run wrote"),
        (unfinished, "0 of"),
    ):
        with pytest.raises(RunUnreadable, match=told):
            audit(tmp_path / "run", replace(request_, baseline=folder.path))
        assert not (tmp_path / "run").exists()


def test_what_only_shows_once_the_model_is_open_loses_no_audit(
    earlier: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    """A chat template of its own: the audit stands, the gate does not pass, the page says why."""
    other = RunFolder(tmp_path / "other")
    for path in earlier.iterdir():
        if path.is_file() and path.name not in ("manifest.sha256", "ledger-start.json"):
            other.write_bytes(path.name, path.read_bytes())
    record = other.record()
    model = replace(record.model, chat_template_sha256="ee" * 32)
    other.write_record(replace(record, model=model))
    done = audit(tmp_path / "run", replace(request_, baseline=other.path))
    assert isinstance(done.result.baseline, ReviewMissing)
    assert done.result.baseline.because == ("chat-template",)
    assert {one.reasons for one in done.result.baseline_findings} == {("not-comparable",)}
    assert done.result.exit_code == 1
    assert "It is not comparable" in (tmp_path / "run" / "report.html").read_text("utf-8")
    # By hand, on a run that is there anyway, nothing is lost by refusing.
    before = (tmp_path / "run" / "report.html").read_bytes()
    with pytest.raises(RunUnreadable, match="not the same are the chat template"):
        rerender(tmp_path / "run", beside=Beside(baseline=other.path), wants_pdf=False)
    assert (tmp_path / "run" / "report.html").read_bytes() == before


def test_both_runs_are_scored_by_this_program_whatever_the_stored_numbers_say(
    earlier: Path, tmp_path: Path, request_: AuditRequest
) -> None:
    """Scoring is the same by construction: nothing that was computed of a run is read again."""
    bare = RunFolder(tmp_path / "bare")
    for name in ("run.json", "responses.jsonl", "policy.json", "finish.json"):
        bare.write_bytes(name, (earlier / name).read_bytes())
    asked = replace(request_, baseline=earlier)
    whole = audit(tmp_path / "one", asked, strength=1.0).result
    from_bare = audit(tmp_path / "two", replace(asked, baseline=bare.path), strength=1.0).result
    assert whole.baseline_findings == from_bare.baseline_findings
    assert isinstance(whole.baseline, Review)
    assert isinstance(from_bare.baseline, Review)
    assert whole.baseline.changes == from_bare.baseline.changes


def test_the_latest_earlier_run_of_the_model_is_found(
    tmp_path: Path, request_: AuditRequest
) -> None:
    reviews = tmp_path / "reviews"
    with pytest.raises(RunUnreadable, match="There is no folder"):
        audit(reviews / "1", replace(request_, baseline=LatestIn(folder=reviews)))
    reviews.mkdir()
    asked = replace(request_, baseline=LatestIn(folder=reviews))
    first = audit(reviews / "1", asked).result
    assert {one.reasons for one in first.baseline_findings} == {("no-earlier-run",)}
    assert isinstance(first.baseline, ReviewMissing)
    for name, created in (("0", "2026-01-02"), ("3", "2026-01-03"), ("later", "2099-01-01")):
        _dated(reviews / "1", reviews / name, created)
    shutil.rmtree(reviews / "1")
    # Other questions, and a run that nobody finished.
    audit(reviews / "other", replace(request_, policy=None, instruments=("mirrored-statements",)))
    (reviews / "begun").mkdir()
    (reviews / "begun" / "run.json").write_bytes((reviews / "3" / "run.json").read_bytes())
    (reviews / "damaged").mkdir()
    for name in ("run.json", "finish.json"):
        (reviews / "damaged" / name).write_text("{")
    found = audit(reviews / "2", asked, strength=3.0).result
    assert isinstance(found.baseline, Review)
    # Of a run to be begun now every finished one is earlier, whatever its clock said.
    assert found.baseline.first.created.startswith("2099-01-01")
    (reviews / "later" / "finish.json").unlink()
    again = rerender(
        reviews / "2", beside=Beside(baseline=LatestIn(folder=reviews)), wants_pdf=False
    )
    assert isinstance(again.result.baseline, Review)
    assert again.result.baseline.first.created.startswith("2026-01-03")
    assert verdicts(again.result) == {Verdict.FAIL}


def _dated(source: Path, target: Path, created: str) -> None:
    """A copy of a run that says it was begun on another day."""
    folder = RunFolder(target)
    record = replace(
        RunFolder(source).record(), created=f"{created}T00:00:00+00:00", run_id=created
    )
    for name in ("responses.jsonl", "policy.json", "finish.json"):
        folder.write_bytes(name, (source / name).read_bytes())
    folder.write_record(record)
