"""What a check of a run, a report or a ledger came to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "altered", "cannot"]
"""`note`: something to know that is no alteration. `cannot`: it could not be checked."""
Outcome = Literal["intact", "altered", "cannot check"]

EXIT_CODES: dict[Outcome, int] = {"intact": 0, "altered": 1, "cannot check": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check."""

    subject: str
    """The file, or the line of one, as in `ledger.jsonl line 4`."""
    state: State
    said: str
    """What was found; follows the subject and a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Everything that was checked of one thing."""

    target: str
    checks: tuple[Check, ...]
    limit: str = ""
    """How far `intact` reaches, where it is less than the whole; follows `intact`."""

    @property
    def outcome(self) -> Outcome:
        """Altered where anything is; cannot check where nothing is, and something could not be."""
        states = {check.state for check in self.checks}
        if "altered" in states:
            return "altered"
        return "cannot check" if "cannot" in states else "intact"

    @property
    def exit_code(self) -> int:
        """0 intact, 1 altered, 2 could not be checked."""
        return EXIT_CODES[self.outcome]

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the outcome is about; nothing where all is intact."""
        state = {"altered": "altered", "cannot check": "cannot"}.get(self.outcome)
        return tuple(dict.fromkeys(one.subject for one in self.checks if one.state == state))


def altered(subject: str, said: str) -> Check:
    """Something is not what it was."""
    return Check(subject=subject, state="altered", said=said)


def cannot(subject: str, said: str) -> Check:
    """Something could not be checked."""
    return Check(subject=subject, state="cannot", said=said)


def note(subject: str, said: str) -> Check:
    """Something to know."""
    return Check(subject=subject, state="note", said=said)


def ok(subject: str, said: str) -> Check:
    """Something is what it was."""
    return Check(subject=subject, state="ok", said=said)


def within(folder: str, checks: Sequence[Check]) -> list[Check]:
    """The checks of a folder within another one, named from there."""
    return [
        Check(subject=f"{folder}/{one.subject}", state=one.state, said=one.said) for one in checks
    ]
