"""Whoever reads the output may go away: then the exit code says neither "finding" nor "none"."""

import os
import subprocess
import sys

from auditor.cli import CLOSED_PIPE


def test_a_reader_that_went_away_is_no_result() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with subprocess.Popen(
        [sys.executable, "-m", "auditor", "battery", "list"],
        stdout=write_end,
        stderr=subprocess.DEVNULL,
    ) as child:
        os.close(write_end)
        assert child.wait(timeout=60) == CLOSED_PIPE
