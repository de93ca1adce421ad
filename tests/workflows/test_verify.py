"""`auditor verify`: whatever is done to a finished run, its ledger or its PDF is named."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.core.manifest import manifest_text, read_manifest
from auditor.errors import RunUnreadable
from auditor.proof.attestation import STATEMENT
from auditor.proof.ledger import encode_entry, read_ledger
from auditor.proof.ledger_file import append_entry
from auditor.store import RunFolder, open_run_folder
from auditor.workflows.report import rerender
from tests.workflows.proven_runs import (
    REQUEST,
    add_pdf,
    audit,
    check,
    copy_of,
    flip,
    hash_anew,
    ledger_lines,
    make_runs,
    pdf_of,
    write_ledger,
)

LAX = """
name: lax
version: '2'
owner: o
description: d
criteria:
  - {id: a, measure: word-association.score, contrasts: [race.terms], limit: 0.9}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_runs(tmp_path_factory.mktemp("proven") / "reports")
    add_pdf(home / "one", pdf_of(home / "one"))
    return home


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    return copy_of(finished, tmp_path / "reports")


def files_of(run: Path) -> list[str]:
    found = [one.relative_to(run).as_posix() for one in run.rglob("*") if one.is_file()]
    return sorted(name for name in found if (run / name).stat().st_size)


def test_a_finished_run_is_intact_and_its_ledger_too(home: Path) -> None:
    for target in (home / "one", home / "two", home / "ledger.jsonl"):
        found = check(target, recomputes=True)
        assert (found.outcome, found.exit_code, found.limit) == ("intact", 0, ""), found
    assert len(ledger_lines(home)) == 5


def test_a_flipped_byte_is_named_whatever_file_it_is_in(home: Path) -> None:
    in_both = {"manifest.sha256", "results.json"}
    of_pdf = {"report.pdf", "report.pdf.sha256", *in_both}
    names = files_of(home / "two")
    assert {"report.html", "charts/answers.svg", "ledger-head.json", *in_both} <= set(names)
    for run, name in [*((home / "two", n) for n in names), *((home / "one", n) for n in of_pdf)]:
        whole = (run / name).read_bytes()
        places = {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}
        # Reading a PDF takes a process of its own each time.
        for place in sorted(places if run.name == "two" else {0, len(whole) // 2}):
            flip(run / name, place)
            found = check(run)
            assert found.exit_code == 1, (name, place, found)
            named = [one for one in found.subjects if one.startswith(name)]
            told = [one.said for one in found.checks if one.state == "altered"]
            assert named or any(name in said for said in told), (name, place, found)
            (run / name).write_bytes(whole)
    assert check(home / "two").exit_code == check(home / "one").exit_code == 0


def test_only_the_flipped_file_is_named(home: Path) -> None:
    run = home / "two"
    for name in ("responses.jsonl", "results.json", "run.json", "ledger-entry.json", "report.html"):
        whole = (run / name).read_bytes()
        flip(run / name, len(whole) // 2)
        assert check(run).subjects == (name,)
        (run / name).write_bytes(whole)


def test_a_file_that_is_gone_is_named(home: Path) -> None:
    of_pdf = ("report.pdf", "report.pdf.sha256")
    of_two = [(home / "two", name) for name in files_of(home / "two")]
    for run, name in [*of_two, *((home / "one", name) for name in of_pdf)]:
        whole = (run / name).read_bytes()
        (run / name).unlink()
        found = check(run)
        said = {one.subject: one.state for one in found.checks}
        expected = {"manifest.sha256": "cannot", "ledger-head.json": "note"}
        assert said[name] == expected.get(name, "altered"), found
        (run / name).write_bytes(whole)


def test_a_file_that_nobody_listed_is_named_and_no_alteration(home: Path) -> None:
    for name in ("notes.txt", "charts/mine.svg", "fix/adapters/x.bin"):
        (home / "one" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "one" / name).write_text("mine")
    (home / "one" / "elsewhere").symlink_to(home / "two")
    found = check(home / "one")
    notes = {one.subject for one in found.checks if "not part of the run" in one.said}
    assert notes == {"notes.txt", "charts/mine.svg", "fix/adapters/x.bin", "elsewhere"}
    assert found.exit_code == 0


@pytest.mark.parametrize("number", range(1, 6))
def test_a_line_of_the_ledger_that_was_changed_is_named(number: int, home: Path) -> None:
    lines = ledger_lines(home)
    for key, value in (("exit", 77), ("at", "2020-01-01T00:00:00+00:00"), ("tool", "x")):
        changed = encode_entry({**json.loads(lines[number - 1]), key: value}) + b"\n"
        write_ledger(home, [*lines[: number - 1], changed, *lines[number:]])
        # Nothing vouches for the last line of a run but the run's own folder.
        for target in (home / "two", home / "ledger.jsonl")[: 2 if number < 5 else 0]:
            found = check(target)
            assert found.exit_code == 1, (key, found)
            assert any(f"line {number}" in one for one in found.subjects), (key, found)


def test_a_changed_last_line_is_named_where_the_folder_remembers_it(home: Path) -> None:
    rerender(home / "one", wants_pdf=False)
    lines = ledger_lines(home)
    changed = encode_entry({**json.loads(lines[-1]), "exit": 77}) + b"\n"
    write_ledger(home, [*lines[:-1], changed])
    for target in (home / "one", home / "two", home / "ledger.jsonl"):
        found = check(target)
        assert found.subjects == ("ledger.jsonl line 6",), found
        assert "ledger-head.json" in next(c.said for c in found.checks if c.state == "altered")


@pytest.mark.parametrize("number", range(1, 5))
def test_a_line_that_was_taken_out_or_put_in_is_named(number: int, home: Path) -> None:
    lines = ledger_lines(home)
    changed = {
        "taken out": [*lines[: number - 1], *lines[number:]],
        "twice": [*lines[:number], *lines[number - 1 :]],
        "moved": [*lines[: number - 1], lines[number], lines[number - 1], *lines[number + 1 :]],
    }
    for what, content in changed.items():
        write_ledger(home, content)
        for target in (home / "two", home / "ledger.jsonl"):
            found = check(target)
            assert found.exit_code == 1, (what, found)
            named = {f"ledger.jsonl line {n}" for n in (number, number + 1)}
            assert named & set(found.subjects), (what, found)


@pytest.mark.parametrize("kept", range(5))
def test_lines_cut_off_at_the_end_are_noticed_by_who_remembers_them(kept: int, home: Path) -> None:
    write_ledger(home, ledger_lines(home)[:kept])
    alone, beside = check(home / "one"), check(home / "ledger.jsonl")
    if kept == 0:
        assert "ledger.jsonl line 1" in alone.subjects
        assert "ledger.jsonl line 1" in beside.subjects
    elif kept == 4:
        # The fifth was added by hand: no folder remembers it, but the PDF is in no line now.
        assert alone.subjects == ("report.pdf",)
        assert beside.exit_code == 0
    else:
        assert any("ledger.jsonl line" in one for one in alone.subjects), alone
        assert any("ledger.jsonl line" in one for one in beside.subjects), beside


def test_a_torn_last_line_is_named_and_the_next_report_mends_it(home: Path) -> None:
    with (home / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"adapter_sha')
    assert check(home / "two").subjects == ("ledger.jsonl line 6",)
    conclusion = rerender(home / "one", wants_pdf=False)
    assert "ledger.jsonl.torn" in conclusion.ledger_notices[0]
    found = check(home / "two")
    assert found.exit_code == 0
    assert any("unfinished line" in one.said for one in found.checks)


def test_without_its_ledger_a_run_is_intact_as_far_as_it_shows_itself(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "one", tmp_path / "elsewhere" / "one")
    alone = check(tmp_path / "elsewhere" / "one")
    assert (alone.exit_code, alone.limit) == (0, ", as far as the folder itself shows")
    assert any("--ledger" in one.said for one in alone.checks)
    named = check(tmp_path / "elsewhere" / "one", ledger=home / "ledger.jsonl")
    assert (named.exit_code, named.limit) == (0, "")
    missing = check(tmp_path / "elsewhere" / "one", ledger=tmp_path / "none.jsonl")
    assert missing.exit_code == 2


def test_a_run_beside_another_ledger_is_not_called_altered(home: Path, tmp_path: Path) -> None:
    audit(tmp_path / "others" / "other")
    shutil.copytree(home / "one", tmp_path / "others" / "one")
    found = check(tmp_path / "others" / "one")
    assert found.exit_code == 0
    assert found.limit
    ledger = tmp_path / "others" / "ledger.jsonl"
    assert check(tmp_path / "others" / "one", ledger=ledger).exit_code == 2
    assert check(ledger).exit_code == 0


def test_a_renamed_run_is_found_in_the_ledger(home: Path) -> None:
    (home / "two").rename(home / "again")
    found = check(home / "again")
    assert (found.exit_code, found.limit) == (0, "")
    flip(home / "again" / "results.json", 500)
    assert check(home / "again").subjects == ("results.json",)


@pytest.mark.parametrize("name", ["responses.jsonl", "run.json", "policy.json", "finish.json"])
def test_evidence_hashed_anew_is_named_and_no_report_is_made_of_it(name: str, home: Path) -> None:
    run = home / "two"
    content = (run / name).read_bytes()
    (run / name).write_bytes(content[:-2] + b" " + content[-2:])
    hash_anew(run)
    assert {"manifest.sha256", name} <= set(check(run).subjects)
    with pytest.raises(RunUnreadable, match="is not what the run wrote"):
        rerender(run, wants_pdf=False)
    assert len(ledger_lines(home)) == 5


def as_another_run(run: Path) -> None:
    """Answers turned round, and an id under which the ledger has no line to say so."""
    record = json.loads((run / "run.json").read_text())
    content = (run / "run.json").read_text()
    (run / "run.json").write_text(content.replace(record["run_id"], "20260101T000000Z-x-1"))
    answers = [json.loads(line) for line in (run / "responses.jsonl").read_text().splitlines()]
    for one in answers:
        one["log_likelihoods"] = (one["log_likelihoods"] or [])[::-1] or None
    (run / "responses.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in answers))
    hash_anew(run)


def without_witness(run: Path) -> None:
    (run / "ledger-entry.json").unlink()
    hashes = dict(read_manifest((run / "manifest.sha256").read_text()).hashes)
    del hashes["ledger-entry.json"]
    (run / "manifest.sha256").write_text(manifest_text(hashes))


def test_evidence_under_another_run_id_is_named_and_no_report_is_made_of_it(home: Path) -> None:
    run = home / "two"
    as_another_run(run)
    found = check(run)
    assert found.exit_code == 1
    assert "run.json" in found.subjects
    with pytest.raises(RunUnreadable, match=r"run\.json is of another run than ledger-entry"):
        rerender(run, wants_pdf=False)
    with pytest.raises(RunUnreadable, match=r"run\.json is of another run than ledger-entry"):
        audit(run, 0.2)
    without_witness(run)
    (run / STATEMENT).unlink()
    # Whatever the folder itself forgets, the ledger has another run for it.
    with pytest.raises(RunUnreadable, match=r"of another run than line 4 of .*ledger\.jsonl"):
        rerender(run, wants_pdf=False)
    with pytest.raises(RunUnreadable, match=r"of another run than line 4 of .*ledger\.jsonl"):
        audit(run, 0.2)
    found = check(run)
    assert found.exit_code == 2
    assert "run.json" in found.subjects
    assert len(ledger_lines(home)) == 5
    # Also with a line of its own, as nothing says that it began.
    add_pdf(run, pdf_of(run, ("run.json", "manifest.sha256")))
    found = check(run)
    said = [one.said for one in found.checks if one.subject == "run.json"]
    assert found.exit_code == 2
    assert said == ["is of another run than ledger.jsonl line 4 has for this folder."]


def test_a_fresh_run_cut_off_before_its_first_line_goes_on(home: Path) -> None:
    run = home / "two"
    audit(run, 0.3, replace(REQUEST, is_fresh=True))
    # As a kill leaves it between the record and the line.
    write_ledger(home, ledger_lines(home)[:5])
    for name in ("responses.jsonl", "ledger-entry.json", "manifest.sha256", "finish.json"):
        (run / name).unlink()
    assert audit(run, 0.3).ledger_notices == ()
    assert check(run).exit_code == 0


def test_numbers_hashed_anew_are_named_by_computing_them_again(home: Path) -> None:
    run = home / "two"
    measures = (run / "measures.json").read_text()
    (run / "measures.json").write_text(measures.replace('"n": ', '"n": 1', 1))
    hash_anew(run)
    (home / "ledger.jsonl").unlink()
    assert check(run).exit_code == 0
    assert check(run, recomputes=True).subjects == ("measures.json",)


def test_an_unfinished_run_cannot_be_checked(home: Path) -> None:
    run = home / "two"
    (run / "manifest.sha256").unlink()
    assert check(run).exit_code == 2
    write_ledger(home, ledger_lines(home)[:3])
    (run / "ledger-head.json").unlink()
    found = check(run)
    assert found.subjects == ("manifest.sha256", "ledger.jsonl")
    hold = open_run_folder(run)
    with hold:
        said = [one.said for one in check(run).checks]
    assert said == [f"A process is writing to {run}: wait until the run is finished."]


def test_what_another_policy_would_have_said_is_checked_too(home: Path, tmp_path: Path) -> None:
    (tmp_path / "lax.yaml").write_text(LAX)
    inner = rerender(home / "two", policy_path=tmp_path / "lax.yaml", wants_pdf=False).folder.path
    assert check(home / "two", recomputes=True).exit_code == 0
    assert check(inner, recomputes=True).exit_code == 0
    assert json.loads(ledger_lines(home)[-1])["folder"] == f"two/{inner.name}"
    for name in files_of(inner):
        whole = (inner / name).read_bytes()
        flip(inner / name, len(whole) // 2)
        found = check(home / "two")
        assert found.exit_code == 1
        assert any(f"{inner.name}/{name}" in one for one in found.subjects), (name, found)
        (inner / name).write_bytes(whole)
    whole = (inner / "run.json").read_bytes()
    (inner / "run.json").unlink()
    flip(inner / "findings.json", 100)
    named = {f"{inner.name}/run.json", f"{inner.name}/findings.json"}
    assert named <= set(check(home / "two").subjects)
    (inner / "manifest.sha256").unlink()
    assert check(home / "two").subjects == (inner.name,)
    (inner / "run.json").write_bytes(whole)
    shutil.rmtree(inner)
    assert check(home / "two").subjects == (inner.name,)


def test_two_other_policies_do_not_miss_each_other(home: Path, tmp_path: Path) -> None:
    for limit in ("0.9", "0.8"):
        (tmp_path / "lax.yaml").write_text(LAX.replace("0.9", limit))
        rerender(home / "two", policy_path=tmp_path / "lax.yaml", wants_pdf=False)
    assert len(list((home / "two").glob("policy-*"))) == 2
    assert check(home / "two").exit_code == 0


def test_a_name_that_no_file_can_have_hides_nothing_else(home: Path) -> None:
    run, long = home / "two", "x" * 300
    with (run / "manifest.sha256").open("a") as manifest:
        manifest.write(f"{'0' * 64}  {long}\n")
    flip(run / "results.json", 300)
    found = check(run)
    assert {"results.json", "manifest.sha256"} <= set(found.subjects)
    assert {one.state for one in found.checks if one.subject == long} == {"cannot"}


def test_a_signed_name_that_no_file_can_have_hides_nothing_else(home: Path) -> None:
    run, long = home / "two", "x" * 300
    told = json.loads((run / "run.json").read_text())["run_id"]
    facts = {"event": "signed", "folder": "two", "run_id": told, "files": {long: "0" * 64}}
    append_entry(home / "ledger.jsonl", facts)
    assert check(run).subjects == (long,)
    assert check(run).exit_code == 2
    flip(run / "results.json", 300)
    assert check(run).subjects == ("results.json",)


def test_a_manifest_that_leads_out_of_the_folder_is_not_followed(home: Path) -> None:
    run = home / "two"
    (run / "manifest.sha256").write_text(f"{'0' * 64}  ../one/run.json\n{'0' * 64}  /etc/passwd\n")
    found = check(run)
    assert {"manifest.sha256 line 1", "manifest.sha256 line 2"} <= set(found.subjects)
    with pytest.raises(RunUnreadable, match="is damaged"):
        rerender(run, wants_pdf=False)


def test_a_report_made_again_has_the_same_bytes_whatever_the_ledger_has_grown_to(
    home: Path,
) -> None:
    run = home / "two"
    before = {name: (run / name).read_bytes() for name in files_of(run)}
    rerender(home / "one", wants_pdf=False)
    rerender(run, wants_pdf=False)
    after = {name: (run / name).read_bytes() for name in files_of(run)}
    assert before.pop("ledger-head.json") != after.pop("ledger-head.json")
    assert after == before
    line = read_ledger((home / "ledger.jsonl").read_bytes()).lines[2]
    assert f"line 3, sha256 {line.sha256}." in " ".join((run / "report.html").read_text().split())
    assert check(run).exit_code == 0


def test_a_chart_that_is_drawn_no_more_does_not_stay(home: Path) -> None:
    stale = home / "two" / "charts" / "of-an-earlier-report.svg"
    stale.write_text("<svg/>")
    rerender(home / "two", wants_pdf=False)
    assert not stale.exists()


def test_an_audit_stands_without_its_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    conclusion = audit(tmp_path / "run")
    assert "Cannot add to the ledger" in conclusion.ledger_notices[0]
    assert "This run begins in no ledger." in (tmp_path / "run" / "report.html").read_text()
    assert not (tmp_path / "run" / "ledger-entry.json").exists()
    (tmp_path / "ledger.jsonl").rmdir()
    found = check(tmp_path / "run")
    assert (found.exit_code, found.limit) == (0, ", as far as the folder itself shows")
    # The same command goes on with the run, and its end is in the ledger. That it began there, as
    # a report would say, is no longer true: its answers came first.
    assert "begins in no line" in audit(tmp_path / "run").ledger_notices[0]
    assert [json.loads(line)["event"] for line in ledger_lines(tmp_path)] == ["finished"]
    assert "This run begins in no ledger." in (tmp_path / "run" / "report.html").read_text()
    assert check(tmp_path / "run").limit == ""


def test_nothing_is_added_to_a_broken_ledger_and_the_audit_stands(home: Path) -> None:
    lines = ledger_lines(home)
    write_ledger(home, lines[1:])
    conclusion = audit(home / "three")
    assert "is broken (line 1 holds entry 2" in conclusion.ledger_notices[0]
    assert ledger_lines(home) == lines[1:]
    assert conclusion.result.ledger is None
    assert check(home / "three").subjects == ("ledger.jsonl line 1",)


def test_a_run_that_was_cut_off_begins_once(tmp_path: Path) -> None:
    run = tmp_path / "cut" / "run"
    audit(run)
    begun = ledger_lines(run.parent)[:1]
    # As a kill leaves it between the line and the folder that remembers it.
    write_ledger(run.parent, begun)
    for name in ("ledger-entry.json", "ledger-head.json", "manifest.sha256", "finish.json"):
        (run / name).unlink()
    audit(run)
    events = [json.loads(line)["event"] for line in ledger_lines(run.parent)]
    assert events == ["started", "finished"]
    assert ledger_lines(run.parent)[:1] == begun
    assert check(run).exit_code == 0


def test_a_run_that_was_cut_off_and_renamed_finds_its_first_line(tmp_path: Path) -> None:
    audit(tmp_path / "run")
    before = (tmp_path / "run" / "ledger-entry.json").read_bytes()
    write_ledger(tmp_path, ledger_lines(tmp_path)[:1])
    run = (tmp_path / "run").rename(tmp_path / "again")
    for name in ("ledger-entry.json", "ledger-head.json", "manifest.sha256", "finish.json"):
        (run / name).unlink()
    assert audit(run).ledger_notices == ()
    assert (run / "ledger-entry.json").read_bytes() == before
    events = [json.loads(line)["event"] for line in ledger_lines(tmp_path)]
    assert events == ["started", "finished"]
    assert check(run).exit_code == 0


def test_a_fresh_run_is_another_one_and_what_was_set_aside_is_guarded(tmp_path: Path) -> None:
    run = tmp_path / "run"
    audit(run)
    first = RunFolder(run).record().run_id
    audit(run, 0.3, replace(REQUEST, is_fresh=True))
    assert check(run).exit_code == 0
    (aside,) = run.glob("replaced-*")
    kept = {one.name for one in aside.iterdir()}
    assert kept == {
        "run.json", "responses.jsonl", "policy.json", "finish.json", "ledger-entry.json"
    }  # fmt: skip
    flip(aside / "responses.jsonl", 1000)
    assert check(run).subjects == (f"{aside.name}/responses.jsonl",)
    flip(aside / "responses.jsonl", 1000)
    shutil.rmtree(aside)
    assert len(check(run).subjects) == len(kept)
    assert json.loads(ledger_lines(tmp_path)[0])["run_id"] == first
