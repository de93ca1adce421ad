"""`auditor compare`, from run folders to files: what it writes, what it leaves alone, refusals."""

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from auditor.core.encoding import EncodedPrompt
from auditor.core.items import Item, Prompt
from auditor.core.runs import ModelIdentity
from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.reviews.compare import CompareRequest, compare_runs
from auditor.workflows.reviews.review_files import Look
from auditor.workflows.token_ids import token_ids_sha256
from tests.builders import identity
from tests.fakes import ScriptedModel
from tests.reporting.comparison_builders import deciding

INSTRUMENT = "admissions"
BATTERY = load_battery("quick", instruments=(INSTRUMENT,))
QUICK = Look(wants_pdf=False)


class Encoding:
    """A scripted model whose tokens are the bytes of what it reads."""

    def __init__(self, model: ScriptedModel, weights: str) -> None:
        self._model = model
        self._weights = weights
        for name in ("answer", "log_likelihoods", "generate", "close"):
            setattr(self, name, getattr(model, name))

    warnings: tuple[str, ...] = ()

    @property
    def identity(self) -> ModelIdentity:
        return replace(
            identity(self._weights * 32), name=f"{self._weights}-step_500", n_parameters=1000
        )

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        return EncodedPrompt(
            prompt_ids=tuple(prompt.text.encode()),
            continuation_ids=tuple(tuple(each.encode()) for each in prompt.continuations),
        )


def rejects_odd(item: Item) -> bool:
    return int(item.cluster.rpartition("-")[2]) % 2 == 1


def rejects_first(item: Item) -> bool:
    return int(item.cluster.rpartition("-")[2]) < 4


def audited(path: Path, model: object, instrument: str = INSTRUMENT) -> Path:
    audit_model(
        model,  # type: ignore[arg-type]
        AuditRequest(model="scripted", tier="quick", instruments=(instrument,), wants_pdf=False),
        out=path,
        on_batch=lambda _done, _total: None,
    )
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models that reject other students."""
    root = tmp_path_factory.mktemp("runs")
    return (
        audited(root / "odd", Encoding(deciding(BATTERY, rejects_odd), "ab")),
        audited(root / "first", Encoding(deciding(BATTERY, rejects_first), "cd")),
    )


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_writes_numbers_a_page_charts_and_their_hashes(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    before = [contents(path) for path in runs]
    found = compare_runs(CompareRequest(runs=runs, out=tmp_path / "c", look=QUICK))
    written = contents(tmp_path / "c")
    assert {"comparison.json", "comparison.html", "manifest.sha256"} <= written.keys()
    lines = (tmp_path / "c/manifest.sha256").read_text().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert listed == {
        name: digest for name, digest in written.items() if name not in ("manifest.sha256", ".lock")
    }
    assert any(name.startswith("charts/comparison-agreement") for name in listed)
    assert found.printed.pdf is None
    assert [contents(path) for path in runs] == before


def test_the_cells_are_those_that_were_planted(runs: tuple[Path, Path], tmp_path: Path) -> None:
    """Of rows 1 to 6, A rejects 1, 3, 5 and B 1, 2, 3; each is sent by four groups."""
    compare_runs(CompareRequest(runs=runs, out=tmp_path, look=QUICK))
    told = json.loads((tmp_path / "comparison.json").read_text())
    (table,) = [
        one
        for one in told["agreement"]["pairs"][0]["tables"]
        if one["about"]["kind"] == "all" and one["about"]["mode"] == "log-likelihood"
    ]
    assert table["cells"] == {"both": 8, "only_first": 4, "only_second": 4, "neither": 8}
    assert table["expected_both"] == 6
    assert table["systemic_ratio"]["value"] == pytest.approx(8 / 6)
    assert [one["step"] for one in told["compared"]] == [500, 500]
    (distance,) = told["distances"]
    assert distance["missing_because"] is None
    page = (tmp_path / "comparison.html").read_text()
    assert "8 rejected by both, 4 by A alone, 4 by B alone, 8 by neither" in page


def test_the_same_runs_give_the_same_bytes(runs: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        compare_runs(CompareRequest(runs=runs, out=tmp_path / name, look=QUICK))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_run_beside_itself_differs_in_nothing(runs: tuple[Path, Path], tmp_path: Path) -> None:
    compare_runs(CompareRequest(runs=(runs[0], runs[0]), out=tmp_path, look=QUICK))
    page = (tmp_path / "comparison.html").read_text()
    assert "have the same evidence, byte for byte" in page
    assert "a systemic ratio is as large as the rates allow." in page
    assert "Every paired difference is 0." in page
    told = json.loads((tmp_path / "comparison.json").read_text())
    assert {one["word"] for one in told["reviews"][0]["review"]["changes"]} <= {
        "same",
        "not-compared",
    }


def test_older_runs_without_token_ids_are_compared_but_for_their_distance(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    for name in ("run.json", "responses.jsonl", "finish.json", "policy.json"):
        (older / name).write_bytes((runs[0] / name).read_bytes())
    record = json.loads((older / "run.json").read_text())
    assert len(record.pop("token_ids_sha256")) == 64
    (older / "run.json").write_text(json.dumps(record))
    assert RunFolder(older).record().token_ids_sha256 is None
    compare_runs(CompareRequest(runs=(older, runs[1]), out=tmp_path / "c", look=QUICK))
    page = (tmp_path / "c/comparison.html").read_text()
    assert "No distance is printed; a run made anew says it." in page
    assert "Items flipped" not in page


def test_a_model_that_was_asked_something_else_is_refused(
    runs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    battery = load_battery("quick", instruments=("stability",))
    other = audited(tmp_path / "other", deciding(battery, lambda _: True), "stability")
    out = tmp_path / "c"
    assert run_command_line(["compare", str(runs[0]), str(other), "--out", str(out)]) == 2
    assert "not the same are the instruments." in capsys.readouterr().err
    assert not out.exists()


def test_a_comparison_is_not_written_into_a_run(runs: tuple[Path, Path]) -> None:
    with pytest.raises(RunUnreadable, match="choose another one"):
        compare_runs(CompareRequest(runs=runs, out=runs[1], look=QUICK))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{odd}"], "two runs or more"),
        (["{odd}", "{first}", "--label", "A"], "--label is given 1 times for 2 runs"),
        (["{odd}", "{first}", "--step", "1"], "--step is given 1 times for 2 runs"),
        (["{odd}", "missing"], "missing is not a run folder"),
        (["missing", "{odd}"], "missing is not a run folder"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    said: str,
    runs: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = [one.format(odd=runs[0], first=runs[1]) for one in arguments]
    assert run_command_line(["compare", *named]) == 2
    assert said in capsys.readouterr().err


def test_the_command_line_names_models_files_and_the_default_folder(
    runs: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [str(path) for path in runs]
    labels = ["--label", "small", "--label", "large", "--no-pdf"]
    assert run_command_line(["compare", *arguments, *labels]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[1].split()[:2] == ["A", "small"]
    digest = sha256("\n".join(str(path.resolve()) for path in runs).encode()).hexdigest()[:8]
    assert f"reports/compare-odd-first-{digest}/comparison.html" in told
    assert run_command_line(["compare", *arguments, *labels, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["models"]] == ["small", "large"]
    assert found["agreement"][0]["both"] == 8
    assert Path(found["files"]["comparison.json"]).is_file()


def test_runs_of_the_same_names_elsewhere_have_a_folder_of_their_own(
    runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = []
    for month in ("jan", "feb"):
        (tmp_path / month).mkdir()
        for run in runs:
            shutil.copytree(run, tmp_path / month / run.name)
        named = tuple(tmp_path / month / run.name for run in runs)
        folders += [
            compare_runs(CompareRequest(runs=asked, look=QUICK)).folder
            for asked in (named, named[::-1], named)
        ]
    assert [folders.index(one) for one in folders] == [0, 1, 0, 3, 4, 3]


def test_a_chart_of_an_earlier_comparison_does_not_stay(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    stale, other = (tmp_path / "charts" / name for name in ("comparison-old.svg", "mine.svg"))
    stale.parent.mkdir()
    for path in (stale, other):
        path.write_text("<svg/>")
    compare_runs(CompareRequest(runs=runs, out=tmp_path, look=QUICK))
    assert (stale.exists(), other.exists()) == (False, True)
    assert any(tmp_path.glob("charts/comparison-agreement*.svg"))


def prompt(text: str, *continuations: str) -> Prompt:
    return Prompt(
        prompt_id=text, item_id=text, mode="log-likelihood", text=text, continuations=continuations
    )


def test_the_hash_of_token_ids_tells_what_is_read_and_where_it_ends() -> None:
    model = Encoding(deciding(BATTERY, rejects_odd), "ab")
    known = token_ids_sha256(model, [prompt("ab", "c", "d")])  # type: ignore[arg-type]
    others = (
        [prompt("a", "bc", "d")],
        [prompt("ab", "d", "c")],
        [prompt("ab", "c")],
        [prompt("ab", "c", "d"), prompt("e")],
    )
    assert known not in {
        token_ids_sha256(model, other)  # type: ignore[arg-type]
        for other in others
    }
    # A text that is asked again is read again, and shows nothing new.
    twice = [prompt("ab", "c", "d"), prompt("ab"), prompt("ab", "c", "d")]
    assert token_ids_sha256(model, twice) == known  # type: ignore[arg-type]


def test_a_model_that_shows_no_tokens_has_no_hash_of_them() -> None:
    assert token_ids_sha256(deciding(BATTERY, rejects_odd), [prompt("ab")]) is None
