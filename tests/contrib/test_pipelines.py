"""The GitHub workflow and the GitLab job pass their linters, and gate on auditor's exit code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.cli.run import run
from auditor.workflows.run_files import EVIDENCE
from tests.contrib import CONTRIB, SCRIPT
from tests.contrib.stub import StubAuditor

GITHUB = CONTRIB / "github" / "bias-review.yml"
GITLAB = CONTRIB / "gitlab" / "bias-review.gitlab-ci.yml"
SCHEMAS = {GITHUB: "vendor.github-workflows", GITLAB: "vendor.gitlab-ci"}


def tool(name: str) -> str:
    """A development tool, from beside this Python or from the PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def lint(*command: str | Path) -> subprocess.CompletedProcess[str]:
    name, *arguments = command
    return subprocess.run([tool(str(name)), *arguments], capture_output=True, text=True)


def check_schema(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    return lint("check-jsonschema", "--builtin-schema", schema, path)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_file_is_what_the_service_reads(path: Path) -> None:
    done = check_schema(path, SCHEMAS[path])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [(GITHUB, "runs-on:", "run-on:"), (GITLAB, "when: always", "when: ever")],
    ids=["github", "gitlab"],
)
def test_a_mistake_would_be_noticed(tmp_path: Path, path: Path, right: str, wrong: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert right in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(right, wrong), encoding="utf-8")
    assert check_schema(copy, SCHEMAS[path]).returncode == 1


def zizmor(path: Path) -> subprocess.CompletedProcess[str]:
    return lint("zizmor", "--offline", "--no-progress", "--strict-collection", "--pedantic", path)


def test_the_workflow_has_no_known_weakness() -> None:
    done = zizmor(GITHUB)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("pattern", "weak"),
    [
        (r"@[0-9a-f]{40} # v[\d.]+", "@main"),
        (r" +persist-credentials: false\n", ""),
        (r"contents: read", "contents: write"),
        (r'run "\$MODEL"', "run ${{ github.head_ref }}"),
    ],
    ids=["not pinned", "credentials kept", "may write", "injected"],
)
def test_a_weakness_would_be_noticed(tmp_path: Path, pattern: str, weak: str) -> None:
    text, n_changed = re.subn(pattern, weak, GITHUB.read_text(encoding="utf-8"))
    assert n_changed
    copy = tmp_path / ".github" / "workflows" / "bias-review.yml"
    copy.parent.mkdir(parents=True)
    copy.write_text(text, encoding="utf-8")
    assert zizmor(copy).returncode > 10


def github_job() -> dict[str, Any]:
    job = yaml.safe_load(GITHUB.read_text(encoding="utf-8"))["jobs"]["review"]
    assert isinstance(job, dict)
    return job


def gitlab_job() -> dict[str, Any]:
    job = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))["bias-review"]
    assert isinstance(job, dict)
    return job


def review_script(service: str) -> str:
    """What the job does to review the model."""
    if service == "gitlab":
        [script] = gitlab_job()["script"]
    else:
        [script] = [step["run"] for step in github_job()["steps"] if step["name"] == "Review"]
    assert isinstance(script, str)
    return script


def run_review(service: str, folder: Path, stub: StubAuditor) -> subprocess.CompletedProcess[str]:
    """Run the job's script as the service does, in a repository with the stub as auditor."""
    program = folder / "auditor" / ".venv" / "bin" / "auditor"
    program.parent.mkdir(parents=True)
    program.symlink_to(stub.path)
    variables = github_job()["env"] if service == "github" else gitlab_job()["variables"]
    summary = {"GITHUB_STEP_SUMMARY": str(folder / "step-summary.md")}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", review_script(service)],
        cwd=folder, env={"PATH": os.environ["PATH"], **variables, **summary},
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def stub(tmp_path: Path) -> StubAuditor:
    return StubAuditor(tmp_path / "stub").ends_with(0)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("service", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (0, "No finding exceeds the policy."),
        (1, "A finding exceeds the policy"),
        (2, "The model could not be audited"),
        (3, "auditor ended with exit code 3."),
        (130, "auditor ended with exit code 130."),
    ],
)
def test_the_job_ends_with_auditors_exit_code(
    repository: Path, stub: StubAuditor, service: str, status: int, told: str
) -> None:
    done = run_review(service, repository, stub.ends_with(status))
    assert done.returncode == status
    assert told in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_an_auditor_that_cannot_start_is_no_finding(
    repository: Path, stub: StubAuditor, service: str
) -> None:
    stub.cannot_start()
    done = run_review(service, repository, stub)
    assert done.returncode == 2
    assert "A finding" not in done.stdout


@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_a_committed_baseline_and_policy_are_used(
    repository: Path, stub: StubAuditor, service: str
) -> None:
    (repository / "bias" / "baseline").mkdir(parents=True)
    (repository / "bias" / "baseline" / "run.json").touch()
    (repository / "bias" / "policy.yaml").touch()
    run_review(service, repository, stub)
    [call] = stub.calls()
    assert call == [
        "run", "models/assistant-Q4_K_M.gguf", "--tier", "quick", "--out", "review",
        "--baseline", "bias/baseline", "--policy", "bias/policy.yaml",
    ]  # fmt: skip


def test_the_steps_summary_is_the_reviews_and_cannot_open_a_heading(
    repository: Path, stub: StubAuditor
) -> None:
    run_review("github", repository, stub)
    written = (repository / "step-summary.md").read_text(encoding="utf-8")
    assert written == "    the summary\n"


def test_report_and_evidence_are_kept_whatever_the_outcome() -> None:
    [upload] = [step for step in github_job()["steps"] if "upload-artifact" in step.get("uses", "")]
    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "${{ env.OUT }}"
    kept = gitlab_job()["artifacts"]
    assert (kept["when"], kept["paths"]) == ("always", ["review"])
    assert kept["reports"]["junit"].removeprefix("review/") in {name for name, _, _ in EVIDENCE}


def test_nothing_lets_a_finding_pass_unseen() -> None:
    assert "allow_failure" not in gitlab_job()
    assert "continue-on-error" not in GITHUB.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [SCRIPT, GITHUB, GITLAB, *sorted((CONTRIB / "systemd").glob("*.conf"))],
    ids=lambda path: path.name,
)  # fmt: skip
def test_every_option_shown_exists(path: Path) -> None:
    known = {name for param in run.params for name in param.opts}
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r"(?:\brun |set -- ).*", text)
    assert {option for line in shown for option in re.findall(r"(?<=\s)--[a-z]+", line)} <= known


@pytest.mark.parametrize(
    "script", ["auditor-review", "github", "gitlab"],
)  # fmt: skip
def test_shellcheck_finds_nothing(tmp_path: Path, script: str) -> None:
    path = SCRIPT
    if script != "auditor-review":
        path = tmp_path / script
        path.write_text(f"#!/bin/bash\n{review_script(script)}", encoding="utf-8")
    done = lint("shellcheck", path)
    assert done.returncode == 0, done.stdout


def test_every_file_is_described() -> None:
    described = (CONTRIB / "README.md").read_text(encoding="utf-8")
    files = [path for path in CONTRIB.rglob("*") if path.is_file() and path.name != "README.md"]
    assert len(files) > 8
    assert [path.name for path in files if path.name not in described] == []
