"""The run folder: whole or not at all, resumable at batch boundaries, never mixed."""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.core.batches import plan_batches
from auditor.core.items import Prompt
from auditor.core.responses import Response
from auditor.errors import RunUnreadable
from auditor.store import RESPONSES, RunFolder, differences, open_run_folder
from tests.builders import record

PROMPTS = [
    Prompt(
        prompt_id=f"p{index:02}",
        item_id=f"p{index:02}",
        mode="log-likelihood",
        text=f"text {index:02}",
        continuations=("a", "b"),
    )
    for index in range(10)
]
PLAN = plan_batches(PROMPTS, batch_size=4, seed=0)[:3]


def answered(batch: int) -> list[Response]:
    return [
        Response(
            prompt_id=prompt.prompt_id,
            item_id=prompt.item_id,
            mode=prompt.mode,
            purpose=prompt.purpose,
            batch=batch,
            log_likelihoods=(-1.25, -2.5),
            n_tokens=(3, 3),
        )
        for prompt in PLAN[batch].prompts
    ]


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_record(record())
    assert folder.record() == record()


def test_responses_come_back_as_they_were_written(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    text = 'line\u2028two\x00 \u202e \U0001f600\n"quoted"\r'
    written = replace(
        answered(0)[0], mode="text", log_likelihoods=None, text=text, finish_reason="stop"
    )
    folder.append([written])
    assert folder.responses() == [written]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(0, 3000))
def test_whatever_a_crash_leaves_is_cut_back_to_whole_batches(tmp_path: Path, cut: int) -> None:
    folder = RunFolder(tmp_path)
    whole = b""
    ends = [0]
    (tmp_path / RESPONSES).unlink(missing_ok=True)
    for batch in range(3):
        folder.append(answered(batch))
        whole = (tmp_path / RESPONSES).read_bytes()
        ends.append(len(whole))
    torn = whole[:cut]
    (tmp_path / RESPONSES).write_bytes(torn)
    kept = folder.keep_complete_batches(PLAN)
    expected = max(end for end in ends if end <= len(torn))
    assert (tmp_path / RESPONSES).read_bytes() == whole[:expected]
    assert [r.prompt_id for r in kept] == [
        p.prompt_id for b in PLAN[: ends.index(expected)] for p in b.prompts
    ]


def test_damage_in_the_middle_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.append(answered(0))
    lines = (tmp_path / RESPONSES).read_bytes().split(b"\n")
    lines[1] = b'{"prompt_id": 7}'
    (tmp_path / RESPONSES).write_bytes(b"\n".join(lines))
    with pytest.raises(RunUnreadable, match="line 2"):
        folder.responses()


def test_nan_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        RunFolder(tmp_path).write_json("x.json", {"value": float("nan")})
    assert not list(tmp_path.iterdir())


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from auditor.store import open_run_folder\n"
        "with open_run_folder(Path(sys.argv[1])): pass"
    )
    with open_run_folder(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
        )
    assert second.returncode != 0
    assert "Another auditor process is writing" in second.stderr
    third = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True)
    assert third.returncode == 0


def test_a_folder_in_which_nothing_was_begun_goes_again(tmp_path: Path) -> None:
    with open_run_folder(tmp_path / "a" / "run"):
        pass
    assert not (tmp_path / "a" / "run").exists()
    with open_run_folder(tmp_path / "run") as folder:
        folder.write_record(record())
    assert RunFolder(tmp_path / "run").record() == record()


def test_other_weights_seed_or_policy_make_another_run() -> None:
    assert differences(record(), record()) == []
    assert differences(record(), record(seed=1)) == ["seed"]
    assert differences(record(), record(weights="cd" * 32)) == ["model weights"]
    other = replace(record(), policy=replace(record().policy, sha256="34" * 32))
    assert differences(record(), other) == ["policy"]
    newer = replace(record(), versions=(("torch", "9.9"),))
    assert differences(record(), newer)[0].startswith("versions of")
    threads = replace(record(), settings=replace(record().settings, n_threads=1))
    assert differences(record(), threads) == ["other settings"]


def test_a_later_command_line_or_date_is_the_same_run() -> None:
    later = replace(record(), created="2027-01-01T00:00:00+00:00", command=("auditor", "run", "x"))
    assert differences(record(), later) == []


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunUnreadable, match=r"no run\.json"):
        RunFolder(tmp_path).record()


def test_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"schema": 99}))
    with pytest.raises(RunUnreadable, match="schema 99"):
        RunFolder(tmp_path).record()


def test_fresh_sets_the_old_evidence_aside(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_record(record())
    folder.append(answered(0))
    folder.set_aside("old")
    assert not folder.has_record()
    assert len(RunFolder(tmp_path / "replaced-old").responses()) == 4


def test_the_manifest_is_what_sha256sum_reads(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_bytes("b.csv", b"2\n")
    folder.write_bytes("a.json", b"1\n")
    folder.write_manifest(["b.csv", "a.json"])

    checked = subprocess.run(
        ["sha256sum", "-c", "manifest.sha256"], cwd=tmp_path, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.split() == ["a.json:", "OK", "b.csv:", "OK"]


def test_a_file_for_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunUnreadable, match="--out"), open_run_folder(tmp_path / "file"):
        pass
    with pytest.raises(RunUnreadable, match="--out"), open_run_folder(tmp_path / "file" / "run"):
        pass


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    # Root may write everywhere, so the attempt is made as somebody else.
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        with pytest.raises(RunUnreadable, match="not writable"), open_run_folder(tmp_path / "run"):
            pass
    finally:
        if is_root:
            os.seteuid(0)
        tmp_path.chmod(0o700)


def test_a_disk_that_fills_up_keeps_what_was_recorded(tmp_path: Path) -> None:
    """A real failing write: the system refuses to let the file grow, as a full disk does."""
    folder = RunFolder(tmp_path)
    folder.append(answered(0))
    before = (tmp_path / RESPONSES).read_bytes()
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))
    try:
        with pytest.raises(RunUnreadable, match="same command again"):
            folder.append(answered(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert folder.keep_complete_batches(PLAN) == answered(0)
    assert (tmp_path / RESPONSES).read_bytes() == before
