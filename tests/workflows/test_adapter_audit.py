"""An adapter is compared with the model without it, on its own evidence, by itself."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from math import tanh
from pathlib import Path

import pytest

from auditor.core.batches import Batch
from auditor.core.fix_results import AdapterResult, RegisterChange, Slope
from auditor.core.instrument import Battery
from auditor.core.results import AuditResult
from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery
from auditor.workflows.adapter_audit import compared_plan
from auditor.workflows.asking import plan_battery
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.report import rerender
from tests.adapted import ADAPTER, AdaptedModel, rules
from tests.battery_models import leaning

REQUEST = AuditRequest(
    model="scripted",
    tier="quick",
    instruments=("admissions", "hiring", "matched-guise", "matched-guise-russian"),
    wants_pdf=False,
)
FILES = ("base/responses.jsonl", "base/run.json", "adapter.json")
Run = Callable[[], AuditResult]


@cache
def battery() -> Battery:
    return load_battery(REQUEST.tier, instruments=REQUEST.instruments)


def audit(model: AdaptedModel, out: Path, request: AuditRequest = REQUEST) -> AuditResult:
    return audit_model(model, request, out=out, on_batch=lambda _done, _all: None).result


def changed(*, dialect: float = 0.0, hiring: float = 0.0) -> AdaptedModel:
    after = rules(battery(), dialect=dialect, hiring=hiring)
    return AdaptedModel(battery(), rules(battery()), after)


def told(result: AuditResult) -> AdapterResult:
    assert result.adapter is not None
    return result.adapter


def row(result: AuditResult, language: str, facet: str, quantity: str) -> RegisterChange:
    (found,) = (
        each
        for each in told(result).register_changes
        if (each.language, each.facet, each.quantity) == (language, facet, quantity)
    )
    return found


def slope(result: AuditResult, contrast_id: str) -> Slope:
    (found,) = (one for one in told(result).slopes if one.contrast_id == contrast_id)
    return found


def test_what_the_adapter_does_to_dialects_and_in_hiring_is_found(tmp_path: Path) -> None:
    model = changed(dialect=2.0, hiring=1.0)
    result = audit(model, tmp_path)
    assert told(result).adapter_sha256 == ADAPTER
    for language in ("English", "Russian"):
        traits = row(result, language, "traits", "score")
        assert traits.is_shown
        assert traits.change.interval is not None
        assert traits.change.interval.low > 0
    change = slope(result, "hiring.race-names").change
    assert change.interval is not None
    assert change.interval.low > 0
    assert change.value == pytest.approx(tanh(0.5), abs=0.05)
    control = slope(result, "hiring.positive-control").change
    assert control.value == 0
    # The adapter counts again afterwards: the layers are read with it.
    assert model.adapter_scale == 1.0
    assert set(model.scales) == {0.0, 1.0}


def test_an_adapter_that_changes_nothing_has_changed_nothing(tmp_path: Path) -> None:
    """To the last bit: the questions are put in the same batches."""
    result = audit(changed(), tmp_path)
    changes = [each.change for each in told(result).register_changes]
    changes += [each.change for each in told(result).slopes]
    assert {change.value for change in changes} == {0.0}
    assert not any(each.is_shown for each in told(result).register_changes)


def test_every_batch_is_one_of_the_runs_own() -> None:
    plan = plan_battery(battery(), batch_size=REQUEST.batch_size, seed=0)
    again = compared_plan(plan)
    whole = {batch.index: batch for batch in plan.first}
    assert all(whole[batch.index] == batch for batch in again.first)

    def compared(batches: tuple[Batch, ...]) -> set[str]:
        return {
            prompt.prompt_id
            for batch in batches
            for prompt in batch.prompts
            if prompt.purpose == "audit" and prompt.item_id.startswith(("hiring/", "matched-guise"))
        }

    assert compared(again.first) == compared(plan.first)
    assert len(again.first) < len(plan.first)
    assert not any(p.purpose == "noise" for batch in again.first for p in batch.prompts)


def test_a_report_made_again_says_the_same(tmp_path: Path) -> None:
    audit(changed(dialect=1.0), tmp_path)
    names = (*FILES, "report.html", "manifest.sha256", "measures.json")
    before = {name: (tmp_path / name).read_bytes() for name in names}
    manifest = before["manifest.sha256"].decode()
    assert all(name in manifest for name in FILES)
    rerender(tmp_path, wants_pdf=False)
    assert {name: (tmp_path / name).read_bytes() for name in names} == before


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_a_comparison_that_was_cut_off_goes_on_to_the_same_bytes(
    share: float, tmp_path: Path
) -> None:
    run: Run = partial(audit, changed(dialect=1.0), tmp_path)
    result = run()
    whole = {name: (tmp_path / name).read_bytes() for name in FILES}
    responses = whole["base/responses.jsonl"]
    for name in ("manifest.sha256", "adapter.json"):
        (tmp_path / name).unlink()
    # In the middle of a line, as a kill leaves it.
    (tmp_path / "base/responses.jsonl").write_bytes(responses[: int(share * len(responses)) + 7])
    assert run() == result
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == whole


def test_an_unfinished_comparison_is_said_to_be_one(tmp_path: Path) -> None:
    audit(changed(dialect=1.0), tmp_path)
    (tmp_path / "manifest.sha256").unlink()
    lines = (tmp_path / "base/responses.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "base/responses.jsonl").write_bytes(b"".join(lines[:-3]))
    conclusion = rerender(tmp_path, wants_pdf=False)
    assert conclusion.result.adapter is None
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "were not asked to their end" in page


def test_altered_evidence_is_refused(tmp_path: Path) -> None:
    audit(changed(dialect=1.0), tmp_path)
    path = tmp_path / "base/responses.jsonl"
    path.write_bytes(path.read_bytes().replace(b"guilty", b"quilty", 1))
    with pytest.raises(RunUnreadable, match="not what the run wrote"):
        rerender(tmp_path, wants_pdf=False)


def test_answers_to_other_questions_are_refused(tmp_path: Path) -> None:
    audit(changed(dialect=1.0), tmp_path)
    (tmp_path / "manifest.sha256").unlink()
    lines = (tmp_path / "base/responses.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "base/responses.jsonl").write_bytes(b"".join(reversed(lines)))
    with pytest.raises(RunUnreadable, match="does not answer the questions"):
        rerender(tmp_path, wants_pdf=False)


def test_a_fresh_run_asks_the_model_without_its_adapter_anew(tmp_path: Path) -> None:
    audit(changed(dialect=1.0), tmp_path)
    first = (tmp_path / "base/responses.jsonl").read_bytes()
    other = AdaptedModel(battery(), rules(battery(), dialect=-2.0), rules(battery()))
    result = audit(other, tmp_path, replace(REQUEST, is_fresh=True))
    assert row(result, "English", "traits", "score").change.value is not None
    assert (tmp_path / "base/responses.jsonl").read_bytes() != first
    kept = (tmp_path / "base").rglob("replaced-*/responses.jsonl")
    assert [path.read_bytes() for path in kept] == [first]


def test_without_an_adapter_there_is_no_trace_of_one(tmp_path: Path) -> None:
    audit_model(
        leaning(battery(), 0.5, seed=1), REQUEST, out=tmp_path, on_batch=lambda _done, _all: None
    )
    assert not (tmp_path / "base").exists()
    assert not (tmp_path / "adapter.json").exists()
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "With and without the adapter" not in page


def test_the_report_shows_both_languages_and_hiring(tmp_path: Path) -> None:
    audit(changed(dialect=2.0, hiring=1.0), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'href="#adapter"' in page
    for title in ("With and without the adapter", "Non-standard against standard Russian"):
        assert title in page
    assert "the dialect is judged worse" in page
    assert (tmp_path / "charts/adapter.svg").exists()
