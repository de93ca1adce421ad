"""BBQ's own items asked beside the battery, from the user's file to the report made again."""

import json
from pathlib import Path

import pytest

from auditor.core.results import AuditResult
from auditor.errors import AuditorError, ResponsesUnreadable, RunUnreadable
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.questions import load_questions
from auditor.workflows.report import rerender
from tests import battery_models
from tests.battery.bbq_builders import lines


@pytest.fixture
def bbq(tmp_path: Path) -> Path:
    path = tmp_path / "Age.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines(n_templates=8)))
    return path


def request(bbq: Path) -> AuditRequest:
    return AuditRequest(
        model="scripted", tier="quick", instruments=("bbq",), bbq=bbq, wants_pdf=False
    )


def audit(bbq: Path, out: Path) -> AuditResult:
    battery = load_questions("quick", ("bbq",), bbq).battery
    model = battery_models.leaning(battery, 1.0, seed=4)
    return audit_model(model, request(bbq), out=out, on_batch=lambda _done, _all: None).result


def test_a_lean_is_seen_in_the_users_own_items(bbq: Path, tmp_path: Path) -> None:
    result = audit(bbq, tmp_path / "run")
    score = result.measure("bbq.score", "bbq.age")
    assert score is not None
    assert score.interval is not None
    assert score.interval.low > 0.2
    assert score.n_clusters == 8
    assert result.measure("bbq.s-amb", "bbq.age") is not None
    assert [use.name for use in result.instruments] == ["bbq"]


def test_the_report_is_made_again_from_the_copy_in_the_run(bbq: Path, tmp_path: Path) -> None:
    audit(bbq, tmp_path / "run")
    measures = (tmp_path / "run" / "measures.json").read_bytes()
    bbq.unlink()
    rerender(tmp_path / "run", wants_pdf=False)
    assert (tmp_path / "run" / "measures.json").read_bytes() == measures
    assert "bbq.jsonl" in (tmp_path / "run" / "manifest.sha256").read_text()


def test_an_altered_copy_is_refused(bbq: Path, tmp_path: Path) -> None:
    audit(bbq, tmp_path / "run")
    copy = tmp_path / "run" / "bbq.jsonl"
    copy.write_bytes(copy.read_bytes().replace(b"bus", b"tram", 1))
    with pytest.raises(RunUnreadable, match=r"bbq\.jsonl"):
        rerender(tmp_path / "run", wants_pdf=False)


def test_a_folder_of_files_is_read_whole(bbq: Path) -> None:
    alone = load_questions("quick", ("bbq",), bbq)
    whole = load_questions("quick", ("bbq",), bbq.parent)
    assert alone == whole


def test_the_battery_is_asked_as_well_where_nothing_is_left_out(bbq: Path) -> None:
    questions = load_questions("quick", (), bbq)
    assert questions.instruments[-1] == "bbq"
    assert {item.instrument for item in questions.battery.items} == set(questions.instruments)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"label"', '"lable"', "label"),
        ('"ambig"', '"unsure"', "context_condition"),
        ("{", "", "line 1"),
    ],
)
def test_a_malformed_file_is_refused_with_file_line_and_field(
    bbq: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    bbq.write_text(bbq.read_text().replace(old, new, 1))
    with pytest.raises(ResponsesUnreadable) as refused:
        load_questions("quick", ("bbq",), bbq)
    assert str(bbq) in str(refused.value)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_the_instrument_without_its_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditorError, match="--bbq"):
        load_questions("quick", ("bbq",), None)
    with pytest.raises(ResponsesUnreadable, match=r"no \.jsonl"):
        load_questions("quick", ("bbq",), tmp_path)
