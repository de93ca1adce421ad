"""The child process of `pdf_files`: a PDF on standard input, its files on standard output.

Exit code 0 with one JSON object of name and base64, or 1 with the reason as the last line of
standard error.
"""

import io
import json
import logging
import resource
import sys
from base64 import b64encode

MEMORY_BYTES = 2 * 1024**3
MAX_FILES = 100
MAX_BYTES = 256 * 1024**2
"""Of all files together, unpacked."""


class _TooMuch(Exception):
    """The PDF carries more than a report does; the text says what."""


def main() -> int:
    """Read standard input, answer on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable()
    try:
        found = read_files(sys.stdin.buffer.read())
    # Whatever a hostile file makes the reader raise.
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}".replace("\n", " ")[:300] + "\n")
        return 1
    told = {name: b64encode(content).decode("ascii") for name, content in found.items()}
    sys.stdout.write(json.dumps(told))
    return 0


def read_files(pdf: bytes) -> dict[str, bytes]:
    """Every file that the PDF carries, by name."""
    from pypdf import PdfReader

    found: dict[str, bytes] = {}
    total = 0
    for one in PdfReader(io.BytesIO(pdf)).attachment_list:
        content = one.content
        total += len(content)
        if one.name in found:
            raise _TooMuch(f"two files are named {one.name!r}")
        if len(found) == MAX_FILES or total > MAX_BYTES:
            raise _TooMuch(f"more than {MAX_FILES} files, or more than {MAX_BYTES:,} bytes")
        found[one.name] = content
    return found


if __name__ == "__main__":
    sys.exit(main())
