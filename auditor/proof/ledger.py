"""The ledger's form: a line an entry, each with the hash of the line before it. Pure.

A line is sorted compact JSON in ASCII; its hash is the sha256 of its bytes without the line end.
The chain shows that nothing was changed, taken out, put in or moved before the last line. What was
cut off at the end it does not show: for that there are witnesses (`auditor.core.ledger`).
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

GENESIS = "0" * 64
"""What the first line has as the hash of the line before it."""

Event = Literal["started", "finished", "reported", "signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is an entry."""

    number: int
    """Where it stands, from 1."""
    sha256: str
    entry: Mapping[str, object]

    @property
    def seq(self) -> int:
        """Its number as it says itself."""
        seq = self.entry["seq"]
        assert isinstance(seq, int)
        return seq

    @property
    def prev_sha256(self) -> str:
        """The hash that it gives for the line before it."""
        return str(self.entry["prev_sha256"])

    @property
    def root(self) -> str:
        """The run folder that it is about, also where it is about a folder within."""
        return root_of(self.text("folder"))

    def text(self, key: str) -> str:
        """A field as text; empty where it is missing or null."""
        value = self.entry.get(key)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with a line."""

    line: int
    said: str
    """What follows "line N"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger as it was read; nothing in it is to be trusted before `flaws` was looked at."""

    lines: tuple[Line, ...]
    flaws: tuple[Flaw, ...]
    torn: bytes = field(default=b"", repr=False)
    """What stands behind the last line end: a line that was never finished."""

    @property
    def ledger_sha256(self) -> str:
        """Which ledger it is: the hash of its first line; empty where there is none."""
        return self.lines[0].sha256 if self.lines else ""

    def entry(self, seq: int) -> Line | None:
        """The entry of this number."""
        return next((line for line in self.lines if line.seq == seq), None)

    def of_run(self, run_id: str, folder: str) -> tuple[Line, ...]:
        """Every entry about a run in a folder and in those within it, in the ledger's order.

        A run that was begun anew in its folder is another one. Where the folder has no entry, the
        run's entries are those under the one name that it has: the folder was renamed.
        """
        found = [line for line in self.lines if line.text("run_id") == run_id]
        own = [line for line in found if line.root == root_of(folder)]
        if not own and len({line.root for line in found}) == 1:
            own = found
        begun = [at for at, line in enumerate(own) if line.text("event") == "started"]
        return tuple(own[begun[-1] :] if begun else own)


def root_of(folder: str) -> str:
    """Name of the run folder, of its name or that of a folder within."""
    return folder.partition("/")[0]


def inner_of(folder: str) -> str:
    """Name of a folder within its run folder; empty for the run folder."""
    return folder.partition("/")[2]


def encode_entry(entry: Mapping[str, object]) -> bytes:
    """One line of the ledger, without its end."""
    text = json.dumps(entry, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return text.encode("ascii")


def next_entry(ledger: Ledger, facts: Mapping[str, object]) -> bytes:
    """The line that follows on a whole ledger."""
    last = ledger.lines[-1] if ledger.lines else None
    chained = {
        "seq": last.seq + 1 if last else 1,
        "prev_sha256": last.sha256 if last else GENESIS,
    }
    return encode_entry({**facts, **chained})


def read_ledger(content: bytes) -> Ledger:
    """Read a ledger and walk its chain; every flaw is named by the number of its line."""
    *ended, torn = content.split(b"\n")
    read = [(number, _read_line(number, line)) for number, line in enumerate(ended, start=1)]
    lines = [line for _, line in read if isinstance(line, Line)]
    flaws = [Flaw(line=number, said=line) for number, line in read if isinstance(line, str)]
    kept = _in_order(lines)
    placed = {line.number for line in kept}
    flaws += [
        Flaw(line=line.number, said=f"holds entry {line.seq}, which does not belong there")
        for line in lines
        if line.number not in placed
    ]
    flaws += _broken_links(kept)
    if torn:
        said = "has no end: it was cut short, as by a crash while it was written"
        flaws.append(Flaw(line=len(ended) + 1, said=said))
    flaws.sort(key=lambda flaw: flaw.line)
    return Ledger(lines=tuple(lines), flaws=tuple(flaws), torn=torn)


def _read_line(number: int, content: bytes) -> Line | str:
    """The entry, or what is wrong with the line."""
    try:
        entry = json.loads(content)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(entry, dict) or not _is_chained(entry):
        return "is not an entry of a ledger"
    try:
        is_canonical = encode_entry(entry) == content
    except ValueError:
        is_canonical = False
    if not is_canonical:
        return "is not written as an entry is: sorted, compact, in ASCII"
    return Line(number=number, sha256=sha256(content).hexdigest(), entry=entry)


def _is_chained(entry: Mapping[str, object]) -> bool:
    return type(entry.get("seq")) is int and isinstance(entry.get("prev_sha256"), str)


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """The longest run of entries whose numbers rise: the others stand where they do not belong."""
    ends: list[int] = []
    chains: list[int] = []
    before: list[int | None] = []
    for index, line in enumerate(lines):
        place = bisect_left(ends, line.seq)
        before.append(chains[place - 1] if place else None)
        ends[place:] = [line.seq, *ends[place + 1 :]]
        chains[place:] = [index, *chains[place + 1 :]]
    kept: list[Line] = []
    at = chains[-1] if chains else None
    while at is not None:
        kept.append(lines[at])
        at = before[at]
    return kept[::-1]


def _broken_links(kept: Sequence[Line]) -> Iterator[Flaw]:
    """Where an entry does not follow from the one before it."""
    seq, digest, number, blamed = 0, GENESIS, 0, 0
    for place, line in enumerate(kept):
        if line.seq != seq + 1:
            yield Flaw(line=line.number, said=_missing(seq + 1, line.seq - 1))
        elif line.prev_sha256 != digest and not 0 < number == blamed:
            flaw = _blame(number, line, kept[place + 1 : place + 2])
            blamed = flaw.line
            yield flaw
        seq, digest, number = line.seq, line.sha256, line.number


def _missing(first: int, last: int) -> str:
    if first > last:
        return f"holds entry {last + 1}, and the first one is 1"
    which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
    return f"holds entry {last + 1}: {which} missing before it"


def _blame(before: int, line: Line, after: Sequence[Line]) -> Flaw:
    """Which of two lines that do not fit was changed: the one that no other line vouches for."""
    if not before:
        return Flaw(line=line.number, said="was changed: it is the first, and names one before it")
    is_vouched = any(one.seq == line.seq + 1 and one.prev_sha256 == line.sha256 for one in after)
    if is_vouched:
        said = f"was changed: it does not have the hash that line {line.number} gives for it"
        return Flaw(line=before, said=said)
    if after:
        return Flaw(line=line.number, said=f"was changed: it does not follow from line {before}")
    said = f"does not follow from line {before}: one of the two was changed"
    return Flaw(line=line.number, said=said)
