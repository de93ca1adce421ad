"""HTML to PDF in a child process: neither a crash nor a hang takes the audit along."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from auditor.errors import ReportNotRendered
from auditor.reporting.cleaning import clean_for_terminal

TIMEOUT_SECONDS = 240.0
MEMORY_BYTES = 2 * 1024**3
PANGO_INSTALL = (
    "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0"
)
_SAFE = "The HTML report and the data are safe."

Relationship = Literal["Data", "Source", "Supplement", "Alternative", "Unspecified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file that the PDF carries."""

    name: str
    content: bytes
    description: str
    relationship: Relationship = "Data"


def write_pdf(
    html: str,
    attachments: Sequence[Attachment],
    path: Path,
    *,
    created: str,
    timeout: float = TIMEOUT_SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> None:
    """Render `html` to one file that is PDF/A-3a and PDF/UA-1, with `attachments` inside.

    Equal input gives equal bytes with equal versions of WeasyPrint, Pango and HarfBuzz. `created`
    (UTC, ISO 8601) dates the attachments. `path` is replaced only by a whole PDF.

    Raises:
        ReportNotRendered: Pango is missing, the time or the memory ran out, the renderer crashed,
            or the page tried to load something.
    """
    with TemporaryDirectory(prefix=".pdf-", dir=path.parent) as folder:
        target = Path(folder) / "report.pdf"
        request = {
            "html": html,
            "attachments": [_request_of(attached) for attached in attachments],
            "target": str(target),
            "created": created,
            "memory_bytes": memory_bytes,
        }
        _run_child(json.dumps(request), timeout)
        target.replace(path)


def _request_of(attached: Attachment) -> dict[str, str]:
    return {
        "name": attached.name,
        "content": b64encode(attached.content).decode("ascii"),
        "description": attached.description,
        "relationship": attached.relationship,
    }


def _run_child(request: str, timeout: float) -> None:
    # -P: a file named weasyprint.py in the working directory is not imported in its place.
    command = [sys.executable, "-P", "-m", "auditor.reporting.pdf_process"]
    home = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))
    try:
        child = subprocess.run(
            command,
            input=request.encode("utf-8", "replace"),
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "PYTHONPATH": search},
        )
    except subprocess.TimeoutExpired:
        message = f"The PDF was not ready after {timeout:g} s and was given up. {_SAFE}"
        raise ReportNotRendered(message) from None
    if child.returncode != 0:
        raise ReportNotRendered(_explain(child.returncode, child.stderr.decode("utf-8", "replace")))


def _explain(code: int, stderr: str) -> str:
    """One sentence on what went wrong and what to do."""
    if code < 0:
        return f"The PDF renderer was ended by signal {-code} (a native crash). {_SAFE}"
    last = stderr.strip().splitlines()[-1] if stderr.strip() else ""
    if "MemoryError" in stderr or "failed to map segment" in stderr:
        return f"The PDF needed more memory than the limit allows and was given up. {_SAFE}"
    if "cannot load library" in stderr or "No module named 'weasyprint'" in stderr:
        return f"The PDF needs Pango, which is missing here; install it with: {PANGO_INSTALL}"
    return f"The PDF could not be made: {clean_for_terminal(last, 300)}. {_SAFE}"
