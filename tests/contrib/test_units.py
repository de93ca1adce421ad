"""The systemd units and the crontab are what systemd and cron accept."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contrib import CONTRIB, SCRIPT

SYSTEMD = CONTRIB / "systemd"
UNITS = ("auditor-review@.service", "auditor-review@.timer", "auditor-alert@.service")
DROP_INS = ("gpu.conf", "server.conf")
WORST_EXPOSURE = 4
"""In tenths; systemd calls up to 2.0 "SAFE"."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy of the units, with the script where it is in this checkout."""
    folder = tmp_path / "system"
    folder.mkdir()
    for name in UNITS:
        text = (SYSTEMD / name).read_text(encoding="utf-8")
        (folder / name).write_text(
            text.replace("/usr/local/bin/auditor-review", str(SCRIPT)), encoding="utf-8"
        )
    return folder


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )


def verify(units: Path) -> subprocess.CompletedProcess[str]:
    named = [units / name.replace("@.", "@assistant.") for name in UNITS]
    return analyze("verify", "--man=no", *named)


def about(units: Path, done: subprocess.CompletedProcess[str]) -> list[str]:
    """What is said of these units; of others, a machine has its own."""
    return [line for line in done.stderr.splitlines() if "auditor" in line or str(units) in line]


@needs_systemd
@pytest.mark.parametrize("drop_in", [None, *DROP_INS])
def test_systemd_accepts_the_units(units: Path, drop_in: str | None) -> None:
    if drop_in:
        add_drop_in(units, (SYSTEMD / drop_in).read_text(encoding="utf-8"))
    done = verify(units)
    assert about(units, done) == []
    assert done.returncode == 0


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_a_misspelt_key_would_be_noticed(units: Path, name: str) -> None:
    path = units / name
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^(\w+)=", r"\1s=", text, count=1, flags=re.MULTILINE))
    assert "Unknown key" in "".join(about(units, verify(units)))


@needs_systemd
def test_a_misspelt_key_of_a_drop_in_would_be_noticed(units: Path) -> None:
    add_drop_in(units, "[Service]\nPrivateDevice=no\n")
    assert "Unknown key" in "".join(about(units, verify(units)))


def add_drop_in(units: Path, text: str) -> None:
    path = units / "auditor-review@.service.d" / "own.conf"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")


@needs_systemd
def test_the_service_is_hardened(units: Path) -> None:
    path = units / "auditor-review@.service"
    checked = ("security", "--offline=true", f"--threshold={WORST_EXPOSURE}")
    assert analyze(*checked, path).returncode == 0
    soft = path.read_text(encoding="utf-8").replace("PrivateNetwork=yes\n", "")
    path.write_text(soft, encoding="utf-8")
    assert analyze(*checked, path).returncode != 0


@needs_systemd
def test_the_documented_exposure_is_the_one_that_systemd_computes(units: Path) -> None:
    shown = analyze("security", "--offline=true", units / "auditor-review@.service").stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", shown)
    assert found
    document = (CONTRIB.parent / "docs" / "scheduling.md").read_text(encoding="utf-8")
    told = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", document)
    assert told
    assert float(told[1]) == pytest.approx(float(found[1]), abs=0.3)  # systemds differ a little
    assert told[2] == found[2]


def assignments(name: str) -> dict[str, str]:
    """The last value of every key in a unit."""
    text = (SYSTEMD / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE))


def test_a_finding_fails_the_unit_and_so_alerts() -> None:
    service = assignments("auditor-review@.service")
    assert service["SuccessExitStatus"] == "130"
    assert service["OnFailure"] == "auditor-alert@%i.service"


@pytest.mark.parametrize(
    ("result", "status", "told"),
    [
        ("exit-code", "1", "a finding exceeds the policy"),
        ("exit-code", "2", "could not audit"),
        ("exit-code", "3", "ended by exit-code 3"),
        ("oom-kill", "KILL", "ended by oom-kill KILL"),
    ],
)
def test_the_alert_tells_a_finding_from_a_failure(result: str, status: str, told: str) -> None:
    text = (SYSTEMD / "auditor-alert@.service").read_text(encoding="utf-8")
    command = text.partition("/bin/sh -c '")[2].rpartition("'")[0]
    code = command.replace("\\\n", " ").replace("$$", "$").replace("%i", "assistant")
    environment = {
        "PATH": os.environ["PATH"],
        "MONITOR_SERVICE_RESULT": result,
        "MONITOR_EXIT_STATUS": status,
        "MONITOR_UNIT": "auditor-review@assistant.service",
        "MONITOR_INVOCATION_ID": "0123",
    }
    done = subprocess.run(
        ["/bin/sh", "-uc", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        f"assistant: {told}",
        "journalctl --unit=auditor-review@assistant.service _SYSTEMD_INVOCATION_ID=0123",
    ]


def test_the_example_configuration_is_what_the_unit_reads() -> None:
    service = (SYSTEMD / "auditor-review@.service").read_text(encoding="utf-8")
    example = (SYSTEMD / "assistant.conf").read_text(encoding="utf-8")
    script = SCRIPT.read_text(encoding="utf-8")
    keys = set(re.findall(r"^#?([A-Z_]+)=", example, flags=re.MULTILINE))
    assert keys == {"AUDITOR", "AUDITOR_ARGUMENTS"}
    assert " $AUDITOR_ARGUMENTS\n" in service
    assert "${AUDITOR:=" in script


FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
CRON = CONTRIB / "cron" / "auditor.cron"


def jobs(text: str) -> Iterator[tuple[list[str], str]]:
    """The five fields and the command of each job; other lines are settings and comments."""
    for line in text.splitlines():
        if not line or line.startswith("#") or re.match(r"[A-Z]+(_[A-Z]+)*=", line):
            continue
        *fields, command = line.split(None, 5)
        yield fields, command


def is_field(field: str, low: int, high: int) -> bool:
    """Numbers, ranges and steps, separated by commas, as in crontab(5)."""
    for part in field.split(","):
        found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
        if found is None:
            return False
        numbers = [int(one) for one in found.groups()[:2] if one is not None]
        if numbers != sorted(numbers) or not all(low <= one <= high for one in numbers):
            return False
    return True


@pytest.mark.parametrize("field", ["60", "1,", "5-3", "*/0", "x", "", "1 2"])
def test_a_wrong_field_is_none(field: str) -> None:
    assert not is_field(field, *FIELDS[0])


def test_the_crontab_has_one_job_with_five_fields() -> None:
    [(fields, command)] = jobs(CRON.read_text(encoding="utf-8"))
    assert len(fields) == 5
    for field, (low, high) in zip(fields, FIELDS, strict=True):
        assert is_field(field, low, high)
    # Cron takes what follows a percent sign for the command's input.
    assert "%" not in command
    assert CRON.read_text(encoding="utf-8").endswith("\n")


@pytest.mark.parametrize(("status", "mail"), [(1, "a summary\n"), (2, "auditor: no model.\n")])
def test_crons_mail_has_the_summary_and_the_exit_code(
    tmp_path: Path, status: int, mail: str
) -> None:
    stub = tmp_path / "auditor-review"
    stub.write_text(
        "#!/bin/sh\necho 'Asking: 320 of 833' >&2\necho 'Reading layers: 4 of 7' >&2\n"
        f"echo '{mail.strip()}'\nexit {status}\n"
    )
    stub.chmod(0o755)
    [(_, command)] = jobs(CRON.read_text(encoding="utf-8"))
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": path}, capture_output=True, text=True
    )
    assert done.stdout == f"{mail}exit code {status}\n"
    assert done.stderr == ""
