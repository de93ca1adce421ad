"""The reviews below a folder: what belongs together, what is compared, what is left out and why."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest

from auditor.core.history import History, Line
from auditor.core.policy import Verdict
from auditor.core.review import Review
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.store import MANIFEST, RECORD, RunFolder
from auditor.workflows.report import rerender
from auditor.workflows.reviews.history import HistoryFile, history_of, write_history
from auditor.workflows.reviews.review import Beside
from auditor.workflows.reviews.review_files import Look
from auditor.workflows.run_files import BASELINE
from tests.workflows.stored_reviews import (
    audit,
    review,
    vouch,
    with_battery,
    with_name,
    with_weights,
)

STRICT = (
    "name: strict\nversion: '2'\nowner: o\ndescription: d\ncriteria:\n"
    "  - {id: a, measure: word-association.score, contrasts: [race.terms, gender.terms], "
    "limit: 0.02}\n"
)
DAYS = ("2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs to make reviews of: a mild model, a worse one, and that by a stricter policy."""
    home = tmp_path_factory.mktemp("sources")
    policy = home / "strict.yaml"
    policy.write_text(STRICT, encoding="utf-8")
    return {
        "mild": audit(home / "mild", 0.3),
        "worse": audit(home / "worse", 0.9),
        "strict": audit(home / "strict", 0.9, policy),
    }


@pytest.fixture(scope="module")
def kept(sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four reviews whose folders are named against their order in time; nothing writes there."""
    root = tmp_path_factory.mktemp("kept") / "runs"
    review(sources["mild"], root / "d", begun(0))
    review(sources["mild"], root / "c", begun(1))
    review(sources["worse"], root / "b", begun(2), with_weights("cd"))
    review(sources["strict"], root / "a", begun(3), with_weights("cd"))
    return root


@pytest.fixture
def runs(kept: Path, tmp_path: Path) -> Path:
    """The same, to do with as one likes."""
    return Path(copytree(kept, tmp_path / "runs"))


@pytest.fixture(scope="module")
def line(kept: Path) -> Line:
    """What they come to."""
    return only_line(read(kept))


def begun(place: int) -> str:
    return f"{DAYS[place]}T08:00:00+00:00"


def read(root: Path, model: str | None = None) -> History:
    return history_of(root, model=model, but=root / "history")[0]


def only_line(history: History) -> Line:
    assert len(history.lines) == 1
    return history.lines[0]


def words(line: Line, step: int) -> Counter[str]:
    return Counter(one.word for one in line.steps[step].changes)


def test_reviews_are_in_the_order_of_their_dates(line: Line) -> None:
    assert [one.folder for one in line.reviews] == ["d", "c", "b", "a"]
    assert [one.run.created[:10] for one in line.reviews] == list(DAYS)


def test_times_of_other_zones_are_put_in_order_by_when_they_were(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    review(sources["mild"], tmp_path / "late", "2026-01-05T08:00:00+00:00")
    review(sources["mild"], tmp_path / "early", "2026-01-05T09:30:00+02:00")
    assert [one.folder for one in only_line(read(tmp_path)).reviews] == ["early", "late"]


def test_the_same_answers_are_the_same_everywhere(line: Line) -> None:
    step = line.steps[0]
    assert step.what_differs == ()
    assert set(words(line, 0)) == {"same", "not-compared"}
    paired = [one.difference for one in step.changes if one.difference is not None]
    assert paired
    assert all(one.value == 0 for one in paired)
    assert all(one.difference.value == 0 for one in step.pooled)


def test_a_worse_model_is_told_apart_from_a_stricter_policy(line: Line) -> None:
    assert line.steps[1].what_differs == ("weights",)
    assert words(line, 1)["worse"] > 5
    assert words(line, 1)["better"] == 0
    assert line.steps[2].what_differs == ("policy",)
    assert set(words(line, 2)) == {"same"}
    last = line.reviews[-1]
    assert last.exit_code == 1
    assert Counter(one.verdict for one in last.findings)[Verdict.FAIL] == 2


def test_the_mean_over_all_categories_is_paired(line: Line) -> None:
    (moved,) = line.steps[1].pooled
    assert moved.difference.interval is not None
    assert moved.difference.interval.low > 0
    assert moved.before.value is not None
    assert moved.after.value is not None
    expected = moved.after.value - moved.before.value
    assert moved.difference.value == pytest.approx(expected, abs=1e-9)


def test_each_step_says_what_a_baseline_says(line: Line, runs: Path) -> None:
    """The law of a history: no second rule for what `--baseline` decides already."""
    for step in line.steps[1:]:
        earlier, later = (runs / line.reviews[place].folder for place in (step.first, step.second))
        rerender(later, beside=Beside(baseline=earlier), wants_pdf=False)
        told = RunFolder(later).read_json(BASELINE, Review)
        assert step.changes == told.changes
        assert set(told.what_differs) == set(step.what_differs)


def test_the_first_comparable_review_stands_against_the_last(line: Line) -> None:
    assert line.span is not None
    assert (line.span.first, line.span.second) == (0, 3)
    assert {one.word for one in line.span.changes} == {"worse"}


def test_another_battery_breaks_the_line_and_keeps_its_stored_numbers(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    review(sources["mild"], tmp_path / "1", begun(0), with_battery("0.9"))
    review(sources["mild"], tmp_path / "2", begun(1), with_battery("0.9"))
    review(sources["mild"], tmp_path / "3", begun(2))
    line = only_line(read(tmp_path))
    assert [one.origin for one in line.reviews] == ["as-stored", "as-stored", "recomputed"]
    # The same answers: what was stored is what is computed now.
    assert line.reviews[0].findings == line.reviews[2].findings
    assert line.reviews[0].values == line.reviews[2].values
    assert line.reviews[0].exit_code == line.reviews[2].exit_code
    assert line.reviews[0].unusable.value == pytest.approx(line.reviews[2].unusable.value)
    assert line.reviews[0].unusable.n == line.reviews[2].unusable.n
    assert line.steps[0].because == ("as-stored",)
    assert line.steps[0].is_joined
    assert line.steps[1].because == ("battery",)
    assert not line.steps[1].is_joined
    assert not line.steps[1].changes


def test_what_cannot_be_compared_with_the_one_before_goes_back_further(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    def another_template(record: RunRecord) -> RunRecord:
        return replace(record, model=replace(record.model, chat_template_sha256="ab" * 32))

    review(sources["mild"], tmp_path / "1", begun(0))
    review(sources["mild"], tmp_path / "2", begun(1), another_template)
    review(sources["worse"], tmp_path / "3", begun(2))
    line = only_line(read(tmp_path))
    assert [one.because for one in line.steps] == [("chat-template",), ("chat-template",)]
    (back,) = line.returns
    assert (back.first, back.second) == (0, 2)
    assert Counter(one.word for one in back.changes)["worse"] > 5
    assert line.compared == (back,)


def test_what_bears_another_name_is_another_model(sources: dict[str, Path], tmp_path: Path) -> None:
    review(sources["mild"], tmp_path / "1", begun(0), with_name("bot-v1"))
    review(sources["worse"], tmp_path / "2", begun(1), with_name("bot-v2"))
    review(sources["worse"], tmp_path / "3", begun(2), with_name("other"))
    assert [line.name for line in read(tmp_path).lines] == ["bot-v1", "bot-v2", "other"]
    assert [len(one.reviews) for one in read(tmp_path, "bot-v2").lines] == [1]
    joined = only_line(read(tmp_path, "bot-v*"))
    assert [one.run.model.name for one in joined.reviews] == ["bot-v1", "bot-v2"]
    with pytest.raises(RunUnreadable, match="There are runs of: bot-v1, bot-v2, other"):
        read(tmp_path, "bot-v9")


def test_with_an_adapter_it_is_another_line(sources: dict[str, Path], tmp_path: Path) -> None:
    def adapted(record: RunRecord) -> RunRecord:
        return replace(record, model=replace(record.model, adapter_sha256="ee" * 32))

    review(sources["mild"], tmp_path / "1", begun(0))
    review(sources["worse"], tmp_path / "2", begun(1), adapted)
    assert [line.has_adapter for line in read(tmp_path).lines] == [False, True]
    together = only_line(read(tmp_path, "scripted"))
    assert not together.has_adapter
    assert together.steps[0].what_differs == ("adapter",)


def test_whatever_is_no_review_is_listed_with_its_reason(
    runs: Path, sources: dict[str, Path]
) -> None:
    review(sources["mild"], runs / "unfinished", "2026-05-01T08:00:00+00:00")
    (runs / "unfinished" / "finish.json").unlink()
    vouch(runs / "unfinished")
    review(sources["mild"], runs / "altered", "2026-05-02T08:00:00+00:00")
    flip(runs / "altered" / "responses.jsonl")
    review(sources["mild"], runs / "damaged", "2026-05-03T08:00:00+00:00")
    (runs / "damaged" / RECORD).write_text("{", encoding="utf-8")
    review(sources["mild"], runs / "short", "2026-05-04T08:00:00+00:00")
    (runs / "short" / MANIFEST).unlink()
    cut(runs / "short" / "responses.jsonl")
    review(sources["mild"], runs / "recordless", "2026-05-05T08:00:00+00:00")
    (runs / "recordless" / RECORD).unlink()
    review(sources["mild"], runs / "other", "2026-05-06T08:00:00+00:00")
    text = (runs / "other" / RECORD).read_text("utf-8")
    (runs / "other" / RECORD).write_text(text.replace('"schema": 1', '"schema": 99'), "utf-8")
    review(sources["mild"], runs / "old", "2026-05-07T08:00:00+00:00", with_battery("0.9"))
    (runs / "old" / MANIFEST).unlink()
    copytree(runs / "d", runs / "e-copy-of-d")
    history = read(runs)
    assert [one.folder for one in only_line(history).reviews] == ["d", "c", "b", "a"]
    assert {one.folder: one.kind for one in history.left_out} == {
        "unfinished": "unfinished",
        "altered": "altered",
        "damaged": "damaged",
        "short": "damaged",
        "recordless": "damaged",
        "other": "other-format",
        "old": "unproven",
        "e-copy-of-d": "copy",
    }
    assert all(one.told and str(runs) not in one.told for one in history.left_out)


def test_stored_numbers_that_were_changed_are_not_believed(
    runs: Path, sources: dict[str, Path]
) -> None:
    old = review(sources["mild"], runs / "old", "2026-05-07T08:00:00+00:00", with_battery("0.9"))
    text = (old / "findings.json").read_text("utf-8")
    (old / "findings.json").write_text(text.replace('"fail"', '"pass"'), "utf-8")
    flip(old / "measures.json")
    assert [(one.folder, one.kind) for one in read(runs).left_out] == [("old", "altered")]


def test_two_answers_under_one_run_id_are_both_left_out(
    runs: Path, sources: dict[str, Path]
) -> None:
    review(sources["worse"], runs / "d2", begun(0))
    history = read(runs)
    assert [one.folder for one in only_line(history).reviews] == ["c", "b", "a"]
    assert [(one.folder, one.kind, one.told) for one in history.left_out] == [
        ("d", "contradiction", "d2"),
        ("d2", "contradiction", "d"),
    ]


def test_runs_lie_one_folder_down_or_two_and_never_within_a_run(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    review(sources["mild"], tmp_path / "fleet" / "one", begun(0))
    review(sources["worse"], tmp_path / "two", begun(1))
    review(sources["worse"], tmp_path / "two" / "policy-0123", begun(2))
    review(sources["worse"], tmp_path / "too" / "deep" / "down", begun(3))
    history = read(tmp_path)
    assert [one.folder for one in only_line(history).reviews] == ["fleet/one", "two"]
    assert not history.left_out


def test_a_history_is_the_same_bytes_whenever_it_is_made(runs: Path) -> None:
    def made() -> dict[str, str]:
        told = write_history(runs, look=Look(wants_pdf=False))
        home = told.folder.path
        assert home == runs / "history"
        return {
            path.relative_to(home).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in home.rglob("*")
            if path.is_file()
        }

    first = made()
    assert {"history.json", "history.html", MANIFEST} < set(first)
    assert any(name.startswith("charts/history-") for name in first)
    assert made() == first
    stored = RunFolder(runs / "history").read_json("history.json", HistoryFile)
    assert stored.history == read(runs)


def test_no_chart_of_an_earlier_history_is_left(runs: Path) -> None:
    review(runs / "d", runs / "alone", "2026-06-01T08:00:00+00:00", with_name("alone"))
    write_history(runs, model="scripted", look=Look(wants_pdf=False))
    charts = runs / "history" / "charts"
    assert list(charts.iterdir())
    # One review is no trend, and has no chart.
    write_history(runs, model="alone", look=Look(wants_pdf=False))
    assert not list(charts.iterdir())


def test_nothing_of_the_runs_is_touched(runs: Path) -> None:
    def hashes() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}

    before = hashes()
    write_history(runs, out=runs.parent / "elsewhere", look=Look(wants_pdf=False))
    assert hashes() == before


@pytest.mark.parametrize("where", ["missing", "empty", "run", "out", "unfinished"])
def test_what_cannot_be_a_history_is_one_sentence(
    where: str, sources: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    review(sources["mild"], tmp_path / "unfinished" / "one", begun(0))
    (tmp_path / "unfinished" / "one" / "finish.json").unlink()
    vouch(tmp_path / "unfinished" / "one")
    root = {"run": sources["mild"], "out": sources["mild"].parent}.get(where, tmp_path / where)
    out = sources["worse"] if where == "out" else None
    said = {
        "missing": "is not a folder",
        "empty": "holds no finished run",
        "run": "is itself a run folder",
        "out": "choose another --out",
        "unfinished": "one is left out as unfinished",
    }[where]
    with pytest.raises(RunUnreadable, match=said):
        write_history(root, out=out, look=Look(wants_pdf=False))
    assert not (root / "history").exists()


def flip(path: Path) -> None:
    content = path.read_bytes()
    place = content.index(b"0")
    path.write_bytes(content[:place] + b"1" + content[place + 1 :])


def cut(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
