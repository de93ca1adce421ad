"""Open a GGUF model in a child process first, because native code can die and take us with it.

`python -m auditor.backends.preflight PATH SETTINGS` opens the model, asks it something by the same
code that the audit uses, and prints one line of JSON.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from auditor.backends.adapter_opening import find_gguf_adapter
from auditor.backends.gguf_file import read_gguf_header, weight_files
from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.options import OpenOptions
from auditor.core.model import LanguageModel
from auditor.errors import AuditorError, ModelNotLoaded

REBUILD = (
    'CMAKE_ARGS="-DGGML_NATIVE=OFF" pip install --force-reinstall --no-cache-dir llama-cpp-python'
)
_MODULE = ("-m", "auditor.backends.preflight")
_IMPORT_ONLY = "--import-only"
_PATIENCE_SECONDS = 180.0
_SLOWEST_DISK_BYTES_PER_SECOND = 20e6
_NO_MEMORY = ("out of memory", "allocate", "bad_alloc", "cudamalloc")
_UNKNOWN_ARCHITECTURE = "unknown model architecture"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildResult:
    """How a child process ended."""

    returncode: int | None
    """Negative: the signal that killed it; None: it was stopped because it took too long."""
    stdout: str


RunChild = Callable[[Sequence[str], float], ChildResult]
"""Runs Python with these arguments, for at most so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Settings with which a model is known to run here."""

    settings: LlamaSettings
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    kind: Literal["ran", "refused", "died"]
    reason: str


def check_model(
    path: Path, settings: LlamaSettings, *, run_child: RunChild | None = None
) -> Preflight:
    """Find settings with which the model runs, from the fastest to the safest.

    Raises:
        ModelNotLoaded: The file is not usable, or no settings help.
    """
    header = read_gguf_header(path)
    n_bytes = sum(part.stat().st_size for part in weight_files(path, header))
    patience = _PATIENCE_SECONDS + n_bytes / _SLOWEST_DISK_BYTES_PER_SECOND
    run = run_child or run_python
    deaths: list[str] = []
    for rung in safer_settings(settings):
        outcome = _try(path, rung, run, patience)
        if outcome.kind == "refused":
            raise ModelNotLoaded(_sentence(path, header.architecture, outcome.reason))
        if outcome.kind == "ran":
            return Preflight(settings=rung, warnings=_warnings(settings, rung, deaths))
        deaths.append(outcome.reason)
    raise ModelNotLoaded(_why_nothing_works(path, deaths, run))


def open_gguf(path: Path, options: OpenOptions, *, source: str | None = None) -> LanguageModel:
    """Open a GGUF model with the fastest settings with which it runs here.

    Raises:
        ModelNotLoaded: The file is not usable, or no settings help.
    """
    settings, adapter = LlamaSettings.from_options(options), None
    if options.adapter is not None:
        adapter = find_gguf_adapter(
            options.adapter, path, source=source or str(path), cache_dir=options.cache_dir
        )
        settings = replace(settings, adapter=str(adapter.path), adapter_scale=options.adapter_scale)
    checked = check_model(path, settings)
    # Imported only now: on the wrong processor the import itself can crash.
    from auditor.backends.llama_cpp_model import LlamaCppModel

    return LlamaCppModel(
        path,
        checked.settings,
        source=source,
        warnings=(*checked.warnings, *(adapter.warnings if adapter else ())),
        adapter_sha256=adapter.sha256 if adapter else None,
    )


def safer_settings(settings: LlamaSettings) -> Iterator[LlamaSettings]:
    """The settings themselves, then each time fewer parts of llama.cpp that could crash."""
    yield settings
    if settings.n_gpu_layers != 0:
        settings = replace(settings, n_gpu_layers=0)
        yield settings
    if settings.use_extra_bufts:
        settings = replace(settings, use_extra_bufts=False)
        yield settings
    yield replace(settings, use_mmap=False, use_flash_attention=False, n_threads=1)


def run_python(arguments: Sequence[str], seconds: float) -> ChildResult:
    """Run this Python in a child process; what it writes to standard error is dropped."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ChildResult(returncode=None, stdout="")
    return ChildResult(
        returncode=done.returncode, stdout=done.stdout.decode("utf-8", errors="replace")
    )


def require_llama_cpp(*, run_child: RunChild | None = None) -> None:
    """Make sure that llama.cpp can be imported, in a child process.

    Raises:
        ModelNotLoaded: It cannot; the message says what to do.
    """
    outcome = _outcome((run_child or run_python)([*_MODULE, _IMPORT_ONLY], _PATIENCE_SECONDS))
    if outcome.kind == "died":
        raise ModelNotLoaded(
            f"llama-cpp-python {outcome.reason} when it is imported: it was built for another "
            f"processor; rebuild it with: {REBUILD}"
        )
    if outcome.kind == "refused":
        raise ModelNotLoaded(
            f"llama-cpp-python cannot be imported ({outcome.reason}); "
            f"install it again with: {REBUILD}"
        )


def _try(path: Path, settings: LlamaSettings, run: RunChild, patience: float) -> _Outcome:
    return _outcome(run([*_MODULE, str(path), json.dumps(asdict(settings))], patience))


def _outcome(result: ChildResult) -> _Outcome:
    """What a child's end means; a child that says nothing sensible has died."""
    if result.returncode is None:
        return _Outcome(kind="died", reason="does not answer")
    if result.returncode < 0:
        return _Outcome(kind="died", reason=f"crashes ({_signal_name(-result.returncode)})")
    try:
        said = json.loads(result.stdout.strip().splitlines()[-1])
        reason = str(said["reason"])
        if said["kind"] in ("ran", "refused", "died"):
            return _Outcome(kind=said["kind"], reason=reason)
    except (IndexError, KeyError, TypeError, ValueError):
        pass
    return _Outcome(kind="died", reason=f"stops (exit code {result.returncode})")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _sentence(path: Path, architecture: str, reason: str) -> str:
    lowered = reason.lower()
    if _UNKNOWN_ARCHITECTURE in lowered:
        return (
            f"{path.name} has the architecture {architecture!r}, which this llama.cpp does not "
            "know; upgrade it with: pip install --upgrade llama-cpp-python"
        )
    if any(word in lowered for word in _NO_MEMORY):
        return (
            f"There is not enough memory for {path.name}; "
            "choose a smaller model or quantisation, or fewer --gpu-layers."
        )
    return reason


def _warnings(
    wanted: LlamaSettings, chosen: LlamaSettings, deaths: Sequence[str]
) -> tuple[str, ...]:
    before, after = asdict(wanted), asdict(chosen)
    changed = [f"{name}={after[name]}" for name in after if after[name] != before[name]]
    if not changed:
        return ()
    return (
        f"llama.cpp {deaths[0]} with its usual settings on this machine; "
        f"the model runs with {', '.join(changed)}.",
    )


def _why_nothing_works(path: Path, deaths: Sequence[str], run: RunChild) -> str:
    require_llama_cpp(run_child=run)
    if all("SIGKILL" in death for death in deaths):
        return _sentence(path, "", "out of memory")
    return (
        f"llama.cpp {deaths[-1]} on {path.name} even with its safest settings; "
        f"try another file, or rebuild it with: {REBUILD}"
    )


def _main(arguments: Sequence[str]) -> dict[str, str]:
    try:
        from auditor.backends.llama_cpp_model import LlamaCppModel
    except (ImportError, OSError, RuntimeError) as error:
        return {"kind": "refused", "reason": f"{type(error).__name__}: {error}"}
    if arguments[0] == _IMPORT_ONLY:
        return {"kind": "ran", "reason": ""}
    try:
        model = LlamaCppModel(Path(arguments[0]), LlamaSettings(**json.loads(arguments[1])))
        model.rehearse()
        model.close()
    except AuditorError as error:
        return {"kind": "refused", "reason": str(error)}
    except MemoryError:
        return {"kind": "refused", "reason": "out of memory"}
    return {"kind": "ran", "reason": ""}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_main(sys.argv[1:])) + "\n")
