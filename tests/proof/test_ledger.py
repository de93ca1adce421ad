"""A ledger's chain: whatever is done to a line before the last is found, and named by its line."""

import json
import multiprocessing
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import LedgerNotWritten
from auditor.proof.ledger import GENESIS, Ledger, encode_entry, next_entry, read_ledger
from auditor.proof.ledger_file import append_entry

N = 6


def ledger_text(n: int = N) -> bytes:
    content = b""
    for number in range(1, n + 1):
        facts = {"event": "finished", "run_id": f"run-{number}", "exit": number % 2}
        content += next_entry(read_ledger(content), facts) + b"\n"
    return content


WHOLE = ledger_text()
LINES = WHOLE.splitlines(keepends=True)


def flawed(content: bytes) -> dict[int, str]:
    return {flaw.line: flaw.said for flaw in read_ledger(content).flaws}


def test_a_whole_ledger_has_no_flaw_and_can_be_walked_by_hand() -> None:
    assert flawed(WHOLE) == {}
    assert flawed(b"") == {}
    before = GENESIS
    for number, line in enumerate(WHOLE.splitlines(), start=1):
        entry = json.loads(line)
        assert (entry["seq"], entry["prev_sha256"]) == (number, before)
        before = sha256(line).hexdigest()


@pytest.mark.parametrize("number", range(1, N - 1))
def test_a_changed_line_is_named(number: int) -> None:
    line = json.loads(LINES[number - 1])
    for change in ({"exit": 7}, {"run_id": "another"}, {"prev_sha256": "1" * 64}):
        changed = encode_entry({**line, **change}) + b"\n"
        found = flawed(b"".join([*LINES[: number - 1], changed, *LINES[number:]]))
        assert list(found) == [number], change
        assert "was changed" in found[number]


def test_the_last_but_one_was_changed_or_the_last() -> None:
    line = json.loads(LINES[-2])
    changed = encode_entry({**line, "exit": 7}) + b"\n"
    found = flawed(b"".join([*LINES[:-2], changed, LINES[-1]]))
    assert found == {N: f"does not follow from line {N - 1}: one of the two was changed"}
    changed = encode_entry({**line, "prev_sha256": "1" * 64}) + b"\n"
    assert list(flawed(b"".join([*LINES[:-2], changed, LINES[-1]]))) == [N - 1]


def test_a_changed_last_line_breaks_the_chain_only_where_it_names_the_one_before() -> None:
    line = json.loads(LINES[-1])
    changed = encode_entry({**line, "prev_sha256": "1" * 64}) + b"\n"
    assert list(flawed(b"".join([*LINES[:-1], changed]))) == [N]
    # What it says itself, nothing after it vouches for: that is what witnesses are for.
    unnoticed = encode_entry({**line, "exit": 7}) + b"\n"
    assert flawed(b"".join([*LINES[:-1], unnoticed])) == {}


@pytest.mark.parametrize("number", range(1, N))
def test_a_line_that_was_taken_out_is_named(number: int) -> None:
    found = flawed(b"".join([*LINES[: number - 1], *LINES[number:]]))
    assert list(found) == [number]
    assert found[number] == f"holds entry {number + 1}: entry {number} is missing before it"


def test_several_lines_taken_out_are_counted() -> None:
    assert flawed(b"".join([LINES[0], *LINES[3:]])) == {
        2: "holds entry 4: entries 2 to 3 are missing before it"
    }


@pytest.mark.parametrize("number", range(1, N + 1))
def test_a_line_put_in_is_named(number: int) -> None:
    forged = encode_entry(
        {"event": "finished", "seq": number, "prev_sha256": GENESIS, "run_id": "forged"}
    )
    found = flawed(b"".join([*LINES[: number - 1], forged + b"\n", *LINES[number - 1 :]]))
    assert found
    assert set(found) <= {number, number + 1}


@pytest.mark.parametrize("number", range(1, N))
def test_a_line_that_is_there_twice_is_named(number: int) -> None:
    found = flawed(b"".join([*LINES[:number], LINES[number - 1], *LINES[number:]]))
    assert list(found) in ([number], [number + 1])


@pytest.mark.parametrize("first", range(N))
@pytest.mark.parametrize("other", range(N))
def test_lines_in_another_order_are_named(first: int, other: int) -> None:
    lines = list(LINES)
    lines[first], lines[other] = lines[other], lines[first]
    found = flawed(b"".join(lines))
    assert bool(found) == (first != other)
    if first != other:
        assert any("does not belong there" in said for said in found.values())
        assert {first + 1, other + 1} & set(found)


@pytest.mark.parametrize("junk", [b"", b"{}", b"nonsense", b"[1]", b"\xff", b'{"seq":true}'])
def test_a_line_that_is_no_entry_is_named(junk: bytes) -> None:
    found = flawed(b"".join([*LINES[:3], junk + b"\n", *LINES[3:]]))
    assert list(found) == [4]
    assert "is not" in found[4]


def test_the_same_entry_written_otherwise_is_another_line() -> None:
    spaced = json.dumps(json.loads(LINES[1])).encode() + b"\n"
    assert "is not written as an entry is" in flawed(b"".join([LINES[0], spaced, *LINES[2:]]))[2]
    twice = LINES[-1].replace(b'{"event"', b'{"exit":0,"event"')
    assert N in flawed(b"".join([*LINES[:-1], twice]))


@given(
    place=st.integers(0, len(WHOLE) - len(LINES[-1]) - 1),
    bit=st.integers(0, 7),
)
def test_any_bit_flipped_before_the_last_line_is_found(place: int, bit: int) -> None:
    content = bytearray(WHOLE)
    content[place] ^= 1 << bit
    number = WHOLE[:place].count(b"\n") + 1
    # A line end that is gone makes one line of two.
    assert {number, number + 1, number - 1} & set(flawed(bytes(content)))


@given(content=st.binary(max_size=400))
def test_no_content_makes_the_reader_fail(content: bytes) -> None:
    assert isinstance(read_ledger(content), Ledger)


def test_numbers_as_large_as_can_be_are_read_at_once() -> None:
    entry = {"seq": 10**300, "prev_sha256": GENESIS}
    assert 7 in flawed(WHOLE + encode_entry(entry) + b"\n")


def test_an_entry_is_added_behind_the_last(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for number in (1, 2, 3):
        ledger = append_entry(path, {"event": "started", "run_id": f"run-{number}"})
        assert [line.seq for line in ledger.lines] == list(range(1, number + 1))
        assert ledger == read_ledger(path.read_bytes())
        assert not ledger.flaws
    assert [line.text("run_id") for line in ledger.lines] == ["run-1", "run-2", "run-3"]


@pytest.mark.parametrize("length", [1, 40, len(LINES[-1]) - 2])
def test_a_torn_last_line_is_moved_aside_and_said(length: int, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    torn = LINES[-1][:length]
    path.write_bytes(b"".join(LINES[:-1]) + torn)
    assert list(flawed(path.read_bytes())) == [N]
    ledger = append_entry(path, {"event": "started", "run_id": "next"})
    assert not ledger.flaws
    assert path.read_bytes().startswith(b"".join(LINES[:-1]))
    assert ledger.lines[-1].seq == N
    assert ledger.lines[-1].entry["torn"] == {
        "n_bytes": length,
        "sha256": sha256(torn).hexdigest(),
    }
    assert (tmp_path / "ledger.jsonl.torn").read_bytes() == torn + b"\n"
    append_entry(path, {"event": "finished", "run_id": "next"})
    assert not read_ledger(path.read_bytes()).flaws


def test_a_last_line_without_its_end_alone_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(WHOLE[:-1])
    ledger = append_entry(path, {"event": "started", "run_id": "next"})
    assert path.read_bytes().startswith(WHOLE)
    assert ledger.lines[-1].seq == N + 1
    assert "torn" not in ledger.lines[-1].entry
    assert not (tmp_path / "ledger.jsonl.torn").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b"run-1", b"run-9"), *lines[1:]],
        lambda _lines: [b"a file of somebody else\n"],
        lambda lines: [*lines[1:3], b'{"torn'],
    ],
)
def test_nothing_is_added_to_a_broken_chain(
    damage: Callable[[list[bytes]], list[bytes]], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(damage(list(LINES))))
    before = path.read_bytes()
    with pytest.raises(LedgerNotWritten, match="is broken"):
        append_entry(path, {"event": "started"})
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["ledger.jsonl"]


def _append_many(path: Path, name: str, n: int) -> None:
    for number in range(n):
        append_entry(path, {"event": "finished", "run_id": f"{name}-{number}"})


def test_processes_that_add_at_the_same_time_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_append_many, args=(path, f"worker-{one}", 15)) for one in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    ledger = read_ledger(path.read_bytes())
    assert not ledger.flaws
    runs = [line.text("run_id") for line in ledger.lines]
    assert sorted(runs) == sorted(f"worker-{one}-{n}" for one in range(4) for n in range(15))


def test_a_process_that_holds_the_ledger_is_waited_for_and_then_named(tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "ledger.jsonl"
    path.write_bytes(WHOLE)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(LedgerNotWritten, match="held the ledger"):
            append_entry(path, {"event": "started"}, patience=0.1)
    assert path.read_bytes() == WHOLE
    assert not append_entry(path, {"event": "started"}, patience=0.1).flaws


def test_a_ledger_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    with pytest.raises(LedgerNotWritten, match="Cannot add to the ledger"):
        append_entry(tmp_path / "ledger.jsonl", {"event": "started"})
    with pytest.raises(LedgerNotWritten, match="Cannot add to the ledger"):
        append_entry(tmp_path / "none" / "ledger.jsonl", {"event": "started"})
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/full")):
        with pytest.raises(LedgerNotWritten, match="it is no file"):
            append_entry(path, {"event": "started"}, patience=0.1)


def _append_where_little_fits(path: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (len(WHOLE) + 20, len(WHOLE) + 20))
    with pytest.raises(LedgerNotWritten, match="Cannot add to the ledger"):
        append_entry(path, {"event": "started"})


def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(WHOLE)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_append_where_little_fits, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert path.read_bytes() == WHOLE


def test_what_belongs_to_a_run() -> None:
    content = b""
    for run_id, folder, event in (
        ("a", "one", "started"),
        ("a", "two", "started"),
        ("a", "one", "finished"),
        ("a", "one/policy-x", "reported"),
        ("b", "one", "finished"),
        ("c", "three", "started"),
        ("c", "three", "finished"),
        ("c", "three", "started"),
    ):
        facts = {"run_id": run_id, "folder": folder, "event": event}
        content += next_entry(read_ledger(content), facts) + b"\n"
    ledger = read_ledger(content)

    def of_run(run_id: str, folder: str) -> list[int]:
        return [line.number for line in ledger.of_run(run_id, folder)]

    assert of_run("a", "one") == of_run("a", "one/policy-x") == [1, 3, 4]
    assert of_run("a", "two") == [2]
    assert of_run("b", "renamed") == [5]
    # Which of the two it was before it was renamed, nobody can tell.
    assert of_run("a", "renamed") == []
    assert of_run("c", "three") == [8]
