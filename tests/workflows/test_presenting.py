"""How a report is made to look, what the organisation declares, and what a final one needs."""

from hashlib import sha256
from pathlib import Path

import pytest

from auditor.core.review import Review, ReviewMissing
from auditor.errors import AboutInvalid, ReportIncomplete, RunUnreadable
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.presenting import PresentationRequest
from auditor.workflows.report import rerender
from auditor.workflows.reviews.review import Beside
from tests.fakes import stereotyper

REQUEST = AuditRequest(
    model="scripted", tier="quick", instruments=("word-association",), wants_pdf=False
)
REQUIRED = ("intended-purpose", "provider", "human-oversight", "residual-risk", "signature")


def audit(out: Path, strength: float = 0.8, request: AuditRequest = REQUEST) -> Path:
    battery = load_battery("quick", instruments=request.instruments)
    audit_model(stereotyper(battery, strength), request, out=out, on_batch=lambda _d, _a: None)
    return out


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audit(tmp_path_factory.mktemp("runs") / "finished")


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "run"
    for path in finished.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(finished)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return copy


def hashes(run: Path) -> dict[str, str]:
    return {
        str(path.relative_to(run)): sha256(path.read_bytes()).hexdigest()
        for path in run.rglob("*")
        if path.is_file()
    }


def about_file(
    folder: Path, *, fields: tuple[str, ...] = (), mitigations: tuple[str, ...] = ()
) -> Path:
    lines = ["organisation: Example Credit Union", "fields:"]
    lines += [f'  {name}: "Declared text of {name}."' for name in fields]
    lines += ["mitigations:", *(f'  {name}: "Owner and date."' for name in mitigations)]
    path = folder / "about.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def page(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8")


def test_what_a_report_looks_like_is_remembered_until_it_is_asked_for_otherwise(
    run: Path, tmp_path: Path
) -> None:
    plain = page(run)
    about = about_file(tmp_path, fields=("provider",))
    asked = PresentationRequest(language="de", paper="Letter", about=about)
    rerender(run, presentation=asked, wants_pdf=False)
    german = page(run)
    assert '<html lang="de">' in german
    assert "Declared text of provider." in german
    rerender(run, wants_pdf=False)
    assert page(run) == german
    about.unlink()
    (run / "presentation.json").unlink()
    rerender(run, wants_pdf=False)
    assert page(run) == plain


def test_a_draft_is_one_until_it_is_asked_for_as_final(run: Path, tmp_path: Path) -> None:
    rerender(run, wants_pdf=False)
    assert 'data-status="DRAFT"' in page(run)
    cards = [
        finding.criterion_id
        for finding in rerender(run, wants_pdf=False).result.findings
        if finding.verdict in ("fail", "warn")
    ]
    assert cards
    about = about_file(tmp_path, fields=REQUIRED, mitigations=tuple(cards))
    rerender(run, presentation=PresentationRequest(about=about, is_final=True), wants_pdf=False)
    assert 'data-status="FINAL"' in page(run)
    # Whoever makes it again without saying so gets a draft.
    rerender(run, wants_pdf=False)
    assert 'data-status="DRAFT"' in page(run)


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_final_report_with_an_empty_field_is_refused_and_nothing_is_touched(
    missing: str, run: Path, tmp_path: Path
) -> None:
    before = hashes(run)
    about = about_file(tmp_path, fields=tuple(name for name in REQUIRED if name != missing))
    with pytest.raises(ReportIncomplete, match=f"fields: {missing}"):
        rerender(run, presentation=PresentationRequest(about=about, is_final=True), wants_pdf=False)
    assert hashes(run) == before


def test_a_mitigation_of_no_criterion_is_refused(run: Path, tmp_path: Path) -> None:
    before = hashes(run)
    about = about_file(tmp_path, mitigations=("implicit/gender.term",))
    with pytest.raises(AboutInvalid, match=r"did you mean `implicit/gender\.terms`"):
        rerender(run, presentation=PresentationRequest(about=about), wants_pdf=False)
    assert hashes(run) == before


def test_a_wrong_audit_file_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    request = AuditRequest(
        model="scripted",
        tier="quick",
        instruments=("word-association",),
        presentation=PresentationRequest(about=tmp_path / "none.yaml"),
        wants_pdf=False,
    )
    with pytest.raises(AboutInvalid, match="There is no audit file"):
        audit(tmp_path / "run", request=request)
    assert not (tmp_path / "run").exists()


def test_every_export_is_there_and_in_the_manifest(run: Path) -> None:
    listed = {line.split("  ")[1] for line in (run / "manifest.sha256").read_text().splitlines()}
    for name in ("results.json", "junit.xml", "results.sarif", "modelcard.md", "summary.txt"):
        assert (run / name).stat().st_size > 0
        assert name in listed


def test_a_run_beside_itself_is_the_same(run: Path, finished: Path) -> None:
    result = rerender(run, beside=Beside(baseline=finished), wants_pdf=False).result
    assert isinstance(result.baseline, Review)
    words = {one.word for one in result.baseline.changes}
    assert words <= {"same", "not-compared"}
    assert "same" in words
    assert 'id="baseline"' in page(run)
    assert (run / "baseline.json").exists()
    rerender(run, wants_pdf=False)
    assert not (run / "baseline.json").exists()
    assert 'id="baseline"' not in page(run)


def test_another_model_stands_beside_and_one_asked_otherwise_does_not(
    run: Path, tmp_path: Path
) -> None:
    milder = audit(tmp_path / "milder", 0.2)
    result = rerender(run, beside=Beside(models=(milder,)), wants_pdf=False).result
    assert not isinstance(result.models, ReviewMissing)
    sizes = [one.implicit.value or 0.0 for one in result.models.models]
    assert sizes[0] > sizes[1]
    assert 'id="models"' in page(run)
    other = AuditRequest(
        model="scripted", tier="quick", instruments=("mirrored-statements",), wants_pdf=False
    )
    foreign = audit(tmp_path / "foreign", request=other)
    with pytest.raises(RunUnreadable, match="not the same are the instruments"):
        rerender(run, beside=Beside(models=(foreign,)), wants_pdf=False)
    before = hashes(run)
    with pytest.raises(RunUnreadable, match="cannot be the baseline: not the same are the instrum"):
        rerender(run, beside=Beside(baseline=foreign), wants_pdf=False)
    assert hashes(run) == before


def test_an_altered_baseline_is_refused(run: Path, tmp_path: Path) -> None:
    earlier = audit(tmp_path / "earlier")
    content = (earlier / "responses.jsonl").read_bytes()
    (earlier / "responses.jsonl").write_bytes(content.replace(b"-1", b"-2", 1))
    with pytest.raises(RunUnreadable, match="not what the run wrote"):
        rerender(run, beside=Beside(baseline=earlier), wants_pdf=False)
