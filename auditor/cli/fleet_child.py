"""The command line as a fleet starts it, for as long as that lives."""

import ctypes
import os
import signal
import sys

PARENT = "AUDITOR_FLEET_PROCESS"
"""Environment variable: the number of the process that began this one."""
_PR_SET_PDEATHSIG = 1
"""Of Linux's `prctl`."""


def end_with_parent() -> None:
    """Have the system kill this process when the one that began it is gone, however it went.

    Else its lock would keep whoever goes on with its folder waiting. A run may be killed at any
    moment. Linux only; elsewhere the process lives on.
    """
    parent = os.environ.pop(PARENT, "")
    if sys.platform != "linux" or not parent:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != int(parent):
        # It was gone before the system was told.
        os.kill(os.getpid(), signal.SIGKILL)


def listen_to_interrupts() -> None:
    """Undo what is inherited: a script ignores SIGINT in the background, a Ray worker blocks it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


if __name__ == "__main__":
    from auditor.cli import main

    end_with_parent()
    listen_to_interrupts()
    main()
