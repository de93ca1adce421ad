"""The files that a PDF carries, taken out in a child process: the PDF may be anybody's."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

from auditor.errors import AuditorError

TIMEOUT_SECONDS = 60.0
MAX_PDF_BYTES = 256 * 1024**2


class PdfUnreadable(AuditorError):
    """A PDF is damaged, not one, or larger than any report."""


def attached_files(pdf: bytes, *, timeout: float = TIMEOUT_SECONDS) -> dict[str, bytes]:
    """Content of every file that the PDF carries, by the name that it gives; nothing is written.

    Raises:
        PdfUnreadable: It cannot be read within the limits of time, memory and size, or carries
            two files of one name.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise PdfUnreadable(f"The PDF has {len(pdf):,} bytes, more than any report of auditor.")
    # -P: a file named pypdf.py in the working directory is not imported in its place.
    command = [sys.executable, "-P", "-m", "auditor.proof.pdf_files_process"]
    home = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))
    try:
        child = subprocess.run(
            command,
            input=pdf,
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "PYTHONPATH": search},
        )
    except subprocess.TimeoutExpired:
        raise PdfUnreadable(f"The PDF could not be read within {timeout:g} s.") from None
    if child.returncode != 0:
        lines = child.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PdfUnreadable(f"The PDF cannot be read ({lines[-1] if lines else 'it crashed'}).")
    found = json.loads(child.stdout)
    return {name: b64decode(content) for name, content in found.items()}
