"""A whole fleet whose audits are scripted: what its folder, its summary and its exit code say."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import click
import pytest

from auditor.cli import run_command_line
from auditor.core.fleet import FleetModel
from auditor.errors import FleetInvalid, RunUnreadable
from auditor.prompt_library.fleet import Fleet, load_fleet
from auditor.store import MANIFEST, RunFolder
from auditor.workflows.fleets.asked import FleetRequest
from auditor.workflows.fleets.fleet import FleetFileOut, FleetOutcome, FleetProgress, run_fleet
from auditor.workflows.fleets.jobs import Job, JobEnd
from auditor.workflows.fleets.places import Place, open_place
from auditor.workflows.fleets.processes import LocalExecutor
from tests.workflows.stored_reviews import audit

QUIET = FleetProgress(on_start=lambda _job: None, on_model=lambda _model: None)
Act = Callable[[Job, Path], int]
"""What a job does with its folder, and its exit code."""


class Scripted:
    """Plays audits by the model's name."""

    def __init__(self, acts: Mapping[str, Act]) -> None:
        self._acts = acts
        self.n_stops = 0

    def run(self, job: Job) -> JobEnd:
        out = Path(job.arguments[job.arguments.index("--out") + 1])
        return JobEnd(kind="ended", returncode=self._acts[job.name](job, out), seconds=1.5)

    def stop(self) -> None:
        self.n_stops += 1


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audit(tmp_path_factory.mktemp("runs") / "run", 0.8)


@pytest.fixture(scope="module")
def fairer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audit(tmp_path_factory.mktemp("runs") / "run", 0.0)


def copied(source: Path, code: int) -> Act:
    def act(_job: Job, out: Path) -> int:
        shutil.copytree(source, out, dirs_exist_ok=True)
        # The copy has the time of its source, and a real audit writes its hashes anew.
        (out / MANIFEST).touch()
        return code

    return act


def refused(job: Job, _out: Path) -> int:
    job.log.write_text("auditor: broken.gguf is not a GGUF file.\n")
    return 2


def fleet_of(folder: Path, *names: str, more: str = "") -> Fleet:
    models = [f'[[model]]\nname = "{name}"\nmodel = "{name}.gguf"\n' for name in names]
    (folder / "fleet.toml").write_text(more + "".join(models))
    return load_fleet(folder / "fleet.toml")


def run(
    fleet: Fleet, out: Path, acts: Mapping[str, Act], *, progress: FleetProgress = QUIET
) -> FleetOutcome:
    place = Place(executor=Scripted(acts), n_at_a_time=2, n_threads=1)
    return run_fleet(fleet, FleetRequest(out=out, wants_pdf=False), progress, place=place)


def test_two_reports_one_failure_and_the_summary_is_written(
    finished: Path, fairer: Path, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, "small", "broken", "fair", more='title = "Ours"\n')
    told: list[FleetModel] = []
    acts = {"small": copied(finished, 1), "broken": refused, "fair": copied(fairer, 0)}
    progress = replace(QUIET, on_model=told.append)
    outcome = run(fleet, tmp_path / "out", acts, progress=progress)
    result = outcome.result
    assert result.exit_code == 2
    assert [one.ending for one in result.models] == [
        "exceeds-policy",
        "could-not-audit",
        "within-policy",
    ]
    assert {one.name for one in told} == {"small", "broken", "fair"}
    assert result.models[1].because == "broken.gguf is not a GGUF file."
    html = outcome.printed.html.read_text(encoding="utf-8")
    for said in ("Ours", "broken.gguf is not a GGUF file.", "small/report.html", "Side by side"):
        assert said in html
    assert RunFolder(tmp_path / "out").read_json("fleet.json", FleetFileOut).fleet == result


def test_every_file_of_the_summary_is_hashed_and_the_fleet_file_kept(
    finished: Path, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, "small")
    out = tmp_path / "out"
    run(fleet, out, {"small": copied(finished, 1)})
    lines = (out / "manifest.sha256").read_text().splitlines()
    named = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert {"fleet.json", "fleet.html", "fleet.toml"} <= set(named)
    for name, digest in named.items():
        assert sha256((out / name).read_bytes()).hexdigest() == digest
    assert (out / "fleet.toml").read_bytes() == (tmp_path / "fleet.toml").read_bytes()
    audit_told = json.loads((out / "fleet.json").read_text())["fleet"]["models"][0]["audit"]
    manifest = sha256((out / "small" / "manifest.sha256").read_bytes()).hexdigest()
    assert audit_told["manifest_sha256"] == manifest


def test_an_audit_that_cannot_be_vouched_for_is_none(finished: Path, tmp_path: Path) -> None:
    def altered(job: Job, out: Path) -> int:
        code = copied(finished, 0)(job, out)
        content = (out / "responses.jsonl").read_bytes()
        (out / "responses.jsonl").write_bytes(content.replace(b"0.1", b"0.2", 1))
        return code

    outcome = run(fleet_of(tmp_path, "altered"), tmp_path / "out", {"altered": altered})
    assert [one.ending for one in outcome.result.models] == ["could-not-audit"]
    assert "not what the run wrote" in outcome.result.models[0].because
    assert outcome.result.exit_code == 2


@pytest.mark.parametrize("program", ["true", "false"])
def test_an_older_report_is_none_of_a_process_that_wrote_none(
    program: str, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out / "small")
    place = Place(executor=LocalExecutor((program,)), n_at_a_time=2, n_threads=1)
    request = FleetRequest(out=out, wants_pdf=False)
    outcome = run_fleet(fleet_of(tmp_path, "small", "empty"), request, QUIET, place=place)
    for model in outcome.result.models:
        assert (model.ending, model.audit) == ("crashed", None)
        assert model.because == "Its process ended and wrote no report."
    assert outcome.result.exit_code == 2


def test_what_a_process_said_stands_beside_that_it_wrote_no_report(tmp_path: Path) -> None:
    def unable(job: Job, _out: Path) -> int:
        job.log.write_text("No module named auditor\n")
        return 1

    outcome = run(fleet_of(tmp_path, "small"), tmp_path / "out", {"small": unable})
    said = "Its process ended and wrote no report. No module named auditor"
    assert outcome.result.models[0].because == said


def test_an_earlier_summary_is_gone_when_a_fleet_is_interrupted(
    finished: Path, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, "small", "second")
    out = tmp_path / "out"
    run(fleet, out, {"small": copied(finished, 1), "second": copied(finished, 1)})
    assert (out / "fleet.html").exists()

    def interrupted(_job: Job, _out: Path) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(fleet, out, {"small": interrupted, "second": interrupted})
    assert not (out / "fleet.html").exists()
    assert not (out / "fleet.json").exists()
    assert not (out / MANIFEST).exists()
    assert (out / "small" / "responses.jsonl").exists()


def test_the_folder_of_one_run_is_refused(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    before = (tmp_path / "run" / "manifest.sha256").read_bytes()
    with pytest.raises(RunUnreadable, match="the folder of one run"):
        run(fleet_of(tmp_path, "small"), tmp_path / "run", {})
    assert (tmp_path / "run" / "manifest.sha256").read_bytes() == before


def test_a_broken_file_begins_nothing(tmp_path: Path) -> None:
    for more in ('policy = "none.yaml"\n', 'lang = "fr"\n', 'paper = "A3"\n'):
        with pytest.raises(Exception, match=r"none\.yaml|`lang`|`paper`"):
            run(fleet_of(tmp_path, "small", more=more), tmp_path / "out", {})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["top", "overruled", "model"])
def test_a_password_in_an_address_is_not_copied(place: str, tmp_path: Path) -> None:
    secret = 'url = "http://me:sesame@localhost:8000/v1"\n'
    plain = 'url = "http://localhost:8000/v1"\n'
    model = '[[model]]\nname = "small"\nmodel = "a"\n'
    texts = {"top": secret + model, "overruled": secret + model + plain, "model": model + secret}
    (tmp_path / "fleet.toml").write_text(texts[place])
    with pytest.raises(FleetInvalid, match="may hold no name, password or query") as caught:
        run(load_fleet(tmp_path / "fleet.toml"), tmp_path / "out", {})
    assert "sesame" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_jobs_at_a_time_share_the_processors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("auditor.workflows.fleets.places.usable_processors", lambda: 8)
    fleet = fleet_of(tmp_path, "small")
    for n_jobs, n_threads in ((1, 8), (3, 2), (20, 1)):
        with open_place(fleet, FleetRequest(out=tmp_path, n_jobs=n_jobs), tmp_path) as place:
            assert (place.n_at_a_time, place.n_threads) == (n_jobs, n_threads)


def test_without_ray_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("auditor.workflows.fleets.ray_cluster.find_spec", lambda _name: None)
    with pytest.raises(FleetInvalid, match=r"pip install 'auditor\[ray\]'"):
        run_fleet(
            fleet_of(tmp_path, "small"),
            FleetRequest(out=tmp_path / "out", ray="local", n_jobs=0),
            QUIET,
        )


def test_the_command_audits_nothing_where_a_model_has_a_wrong_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet_of(tmp_path, "small", more='tier = "huge"\n')
    out = tmp_path / "out"
    assert run_command_line(["fleet", str(tmp_path / "fleet.toml"), "--out", str(out)]) == 2
    said = click.unstyle(capsys.readouterr().err)
    assert said.count("\n") == 1
    assert "model small" in said
    assert not out.exists()


def test_the_command_says_what_became_of_each(
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scripted = Scripted({"small": copied(finished, 1), "broken": refused})
    monkeypatch.setattr("auditor.workflows.fleets.places.LocalExecutor", lambda: scripted)
    fleet_of(tmp_path, "small", "broken")
    command = ["fleet", str(tmp_path / "fleet.toml"), "--out", str(tmp_path / "out"), "--no-pdf"]
    assert run_command_line(command) == 2
    out, err = capsys.readouterr()
    assert "small   exceeds policy" in out
    assert "broken  could not audit after 2 s: broken.gguf is not a GGUF file." in out
    assert "1 of 2 models could not be audited" in out
    assert str(tmp_path / "out" / "fleet.html") in out
    assert "auditor: small: begun (1 of 2)" in err
    assert run_command_line([*command, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 2
    assert [one["ending"] for one in told["models"]] == ["exceeds-policy", "could-not-audit"]
    assert sum(told["models"][0]["verdicts"].values()) > 10
