"""A PDF that somebody was sent: what it carries, what it names, and what it cannot show."""

import json
import subprocess
import sys
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.core.manifest import manifest_text, read_manifest
from auditor.proof.pdf_files import PdfUnreadable, attached_files
from auditor.workflows.report import rerender
from tests.workflows.proven_runs import (
    EMBEDDED,
    REQUEST,
    add_pdf,
    audit,
    check,
    copy_of,
    flip,
    ledger_lines,
    make_runs,
    pdf_of,
    pdf_with,
    write_ledger,
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_runs(tmp_path_factory.mktemp("proven") / "reports")
    add_pdf(home / "one", pdf_of(home / "one"))
    return home


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    return copy_of(finished, tmp_path / "reports")


def files_of_pdf(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in (*EMBEDDED, "manifest.sha256")}


def mailed(tmp_path: Path, pdf: bytes) -> Path:
    path = tmp_path / "as it was mailed"
    path.write_bytes(pdf)
    return path


def test_alone_it_shows_that_its_files_are_those_it_lists(home: Path, tmp_path: Path) -> None:
    pdf = mailed(tmp_path, (home / "one" / "report.pdf").read_bytes())
    found = check(pdf)
    assert (found.exit_code, found.limit) == (0, ", as far as the file itself shows")
    said = " ".join(one.said for one in found.checks)
    line = json.loads((home / "one" / "ledger-entry.json").read_text())
    assert f"names line 1 of a ledger, sha256 {line['sha256']}" in said
    assert "carries no signature" in said


def test_with_the_ledger_it_is_known_by_its_own_hash(home: Path, tmp_path: Path) -> None:
    ledger = home / "ledger.jsonl"
    pdf = mailed(tmp_path, (home / "one" / "report.pdf").read_bytes())
    found = check(pdf, ledger=ledger)
    assert (found.exit_code, found.limit) == (0, "")
    assert any("ledger.jsonl line 5" in one.said for one in found.checks)
    # What is no part of any file that it carries, as its pages.
    other = mailed(tmp_path, pdf.read_bytes().replace(b"200 200", b"200 201"))
    assert check(other).exit_code == 0
    assert check(other, ledger=ledger).subjects == (other.name,)
    write_ledger(home, ledger_lines(home)[1:])
    assert "ledger.jsonl line 1" in check(pdf, ledger=ledger).subjects


def test_of_another_ledger_it_cannot_be_said(home: Path, tmp_path: Path) -> None:
    others = make_runs(tmp_path / "others")
    pdf = mailed(tmp_path, (home / "one" / "report.pdf").read_bytes())
    found = check(pdf, ledger=others / "ledger.jsonl")
    assert found.exit_code == 2
    assert any("another ledger" in one.said for one in found.checks if one.state == "cannot")
    files = files_of_pdf(home / "one")
    hashes = dict(read_manifest(files["manifest.sha256"].decode()).hashes)
    del files["ledger-entry.json"], hashes["ledger-entry.json"]
    files["manifest.sha256"] = manifest_text(hashes).encode()
    of_none = mailed(tmp_path, pdf_with(files.items()))
    assert check(of_none, ledger=home / "ledger.jsonl").exit_code == 2


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_file_within_that_is_not_the_listed_one_is_named(
    name: str, home: Path, tmp_path: Path
) -> None:
    files = files_of_pdf(home / "one")
    files[name] = files[name].replace(b"0", b"1", 1)
    assert name in check(mailed(tmp_path, pdf_with(files.items()))).subjects


def test_a_file_within_that_nobody_listed_is_named(home: Path, tmp_path: Path) -> None:
    files = {**files_of_pdf(home / "one"), "../../../etc/cron.d/x": b"* * * * * root true\n"}
    before = sorted(tmp_path.rglob("*"))
    pdf = mailed(tmp_path, pdf_with(files.items()))
    found = check(pdf)
    assert found.subjects == ("../../../etc/cron.d/x",)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, pdf])


def test_two_files_of_one_name_are_refused(home: Path, tmp_path: Path) -> None:
    files = [*files_of_pdf(home / "one").items(), ("results.json", b"{}")]
    found = check(mailed(tmp_path, pdf_with(files)))
    assert found.exit_code == 2
    assert "two files are named 'results.json'" in found.checks[0].said


@pytest.mark.parametrize("damage", ["cut", "empty", "head alone", "no manifest", "encrypted"])
def test_a_pdf_that_cannot_be_read_is_one_sentence(damage: str, home: Path, tmp_path: Path) -> None:
    pdf = (home / "one" / "report.pdf").read_bytes()
    content = {
        "cut": pdf[: len(pdf) // 2],
        "empty": b"%PDF-1.7\n",
        "head alone": b"%PDF-1.7\n" + b"1 0 obj << /A 1 0 R >> endobj\n" * 50,
        "no manifest": pdf_with([("run.json", b"{}")]),
        "encrypted": pdf.replace(b"trailer\n<<", b"trailer\n<< /Encrypt 1 0 R"),
    }[damage]
    found = check(mailed(tmp_path, content))
    assert found.exit_code == 2, found
    (said,) = [one.said for one in found.checks if one.state == "cannot"]
    assert said.count("\n") == 0


def packed(content: bytes) -> bytes:
    """A PDF whose one file is compressed."""
    plain = pdf_with([("manifest.sha256", b"x")])
    stream = plain.index(b"stream\nx")
    small = zlib.compress(content, 9)
    said = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n" % len(small)
    return plain[: plain.rindex(b"<<", 0, stream)] + said + small + plain[stream + 8 :]


def test_a_file_that_unpacks_to_much_more_than_a_report_has_is_given_up() -> None:
    assert attached_files(packed(b"\0" * 1000)) == {"manifest.sha256": b"\0" * 1000}
    with pytest.raises(PdfUnreadable, match="Limit reached"):
        attached_files(packed(b"\0" * 200 * 1024**2))


def test_a_report_in_the_folder_that_is_not_the_last_is_no_alteration(home: Path) -> None:
    run = home / "one"
    old = (run / "report.pdf").read_bytes()
    add_pdf(run, pdf_of(run, ("run.json", "manifest.sha256")))
    (run / "report.pdf").write_bytes(old)
    (run / "report.pdf.sha256").write_text(f"{sha256(old).hexdigest()}  report.pdf\n")
    found = check(run)
    assert found.exit_code == 0
    assert any("of an earlier report" in one.said for one in found.checks)


def test_another_pdf_in_the_folder_is_named_by_its_files_without_a_ledger(home: Path) -> None:
    run = home / "one"
    (home / "ledger.jsonl").unlink()
    files = files_of_pdf(run)
    files["results.json"] = files["results.json"].replace(b"0", b"1", 1)
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    del hashes["manifest.sha256"]
    files["manifest.sha256"] = manifest_text(hashes).encode()
    pdf = pdf_with(files.items())
    assert check(mailed(home, pdf)).exit_code == 0
    (run / "report.pdf").write_bytes(pdf)
    (run / "report.pdf.sha256").write_text(f"{sha256(pdf).hexdigest()}  report.pdf\n")
    found = check(run)
    assert found.subjects == ("report.pdf",)
    said = [one.said for one in found.checks if one.state == "altered"]
    assert any("another results.json" in one for one in said)


def test_the_child_is_not_led_astray_by_a_module_beside_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "pypdf.py").write_text("raise SystemExit('not this one')\n")
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "verify", str(home / "one" / "report.pdf")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.one_thread
def test_a_printed_report_is_checked_with_its_run(tmp_path: Path) -> None:
    run = tmp_path / "reports" / "run"
    conclusion = audit(run, request=replace(REQUEST, wants_pdf=True))
    assert conclusion.pdf is not None, conclusion.pdf_missing_because
    ledger = run.parent / "ledger.jsonl"
    pdf = run / "report.pdf"
    printed = pdf.read_bytes()
    assert "ledger-entry.json" in attached_files(printed)
    assert check(run, recomputes=True).exit_code == 0
    assert check(mailed(tmp_path, printed), ledger=ledger).limit == ""
    for place in range(0, len(printed), len(printed) // 6):
        flip(pdf, place)
        found = check(run)
        assert found.exit_code == 1
        assert "report.pdf" in found.subjects
        assert check(pdf, ledger=ledger).exit_code != 0
        pdf.write_bytes(printed)
    # Whatever was added to the ledger since, it is the same report, to the byte.
    rerender(run)
    assert pdf.read_bytes() == printed
    assert check(run).exit_code == 0
    assert len(ledger_lines(run.parent)) == 3
