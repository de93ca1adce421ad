import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli.score import score
from auditor.errors import AuditorError, ResponsesUnreadable
from auditor.prompt_library.bbq_file import read_bbq_items
from tests.battery.bbq_builders import line, lines

COLUMN = "tiny_pred"


def write(path: Path, objects: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in objects), encoding="utf-8")
    return path


def predicted(one: dict[str, Any], text: str) -> dict[str, Any]:
    return {**one, COLUMN: text}


def biased_text(one: dict[str, Any]) -> str:
    return str(one["ans0"] if one["question_polarity"] == "neg" else one["ans2"]).lower()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(score, ["--format", "bbq", *arguments])


@pytest.fixture
def stereotyped(tmp_path: Path) -> Path:
    return write(tmp_path / "preds.jsonl", [predicted(one, biased_text(one)) for one in lines()])


def test_json_holds_every_number_with_its_n_interval_and_bounds(stereotyped: Path) -> None:
    result = run(str(stereotyped), "--json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert content["format"] == "bbq"
    assert content["files"] == [str(stereotyped)]
    table = content["tables"][0]
    assert (table["column"], table["subset"]) == (COLUMN, "Age")
    assert (table["n"], table["n_unscored"], table["invalid_rate"]) == (400, 0, 0)
    assert table["s_amb"]["value"] == table["s_dis"]["value"] == 100
    assert table["s_amb"]["n"] == 200
    assert table["s_amb"]["bounds"] == [100, 100]
    assert table["s_amb"]["interval"][0] < 100
    assert table["disambiguated"]["accuracy"]["value"] == 0.5
    assert table["alignment_cost"]["value"] == -100
    assert table["ambiguous"]["n_biased"] == table["ambiguous"]["n_known"] == 200


def test_the_table_shows_no_score_without_n_invalid_interval_and_bounds(tmp_path: Path) -> None:
    rows = list(lines())
    texts = [biased_text(one) for one in rows[:300]] + ["I would rather not say"] * 100
    pairs = zip(rows, texts, strict=True)
    path = write(tmp_path / "p.jsonl", [predicted(one, text) for one, text in pairs])
    result = run(str(path))
    assert result.exit_code == 0
    assert f"{path}: {COLUMN}, Age" in result.stdout
    assert "n = 400, of these 100 invalid (25.0 %); 25 question templates" in result.stdout
    shown = next(one for one in result.stdout.splitlines() if one.strip().startswith("s_AMB  "))
    assert shown.split()[1:3] == ["150", "100.0"]
    assert "50.0 to 100.0" in shown
    assert "Below one half right" in result.stdout


def test_undefined_is_shown_as_such(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", [predicted(one, "not known") for one in lines()])
    result = run(str(path))
    shown = next(one for one in result.stdout.splitlines() if one.strip().startswith("s_DIS"))
    assert "n/a (no answer names a group)" in shown
    table = json.loads(run(str(path), "--json").stdout)["tables"][0]
    assert table["s_amb"]["value"] == 0
    assert table["s_dis"]["value"] is None
    assert table["s_dis"]["undefined_because"] == "no-known-answer"


def test_items_without_a_target_and_a_differing_target_loc_are_said(tmp_path: Path) -> None:
    lost = line(example_id=1, additional_metadata={"stereotyped_groups": ["nobody"]})
    rows = [predicted(line(target_loc=2), "not known"), predicted(lost, "the pupil")]
    result = run(str(write(tmp_path / "p.jsonl", rows)))
    assert "1 items do not tell" in result.stdout
    assert "neither answer carries" in result.stdout
    assert "target_loc differs from the answer's groups on 1 of 1 items" in result.stdout
    assert "Fewer than 20 question templates" in result.stdout


def test_every_column_file_and_category_has_its_table(tmp_path: Path) -> None:
    rows = [
        {
            **line(example_id=i, category=category),
            "a_pred_x": "not known",
            "prediction": "the pupil",
        }
        for i, category in enumerate(("Age", "Other", "Age"))
    ]
    one, two = (write(tmp_path / name, rows) for name in ("one.jsonl", "two.jsonl"))
    tables = json.loads(run(str(one), str(two), "--json").stdout)["tables"]
    assert [(Path(t["file"]).name, t["column"], t["subset"], t["n"]) for t in tables] == [
        (file, column, subset, n)
        for file in ("one.jsonl", "two.jsonl")
        for column in ("a_pred_x", "prediction")
        for subset, n in (("Age", 2), ("Other", 1))
    ]


def test_predictions_alone_take_the_items_given(tmp_path: Path, stereotyped: Path) -> None:
    items = write(tmp_path / "Age.jsonl", lines())
    kept = ("category", "example_id", COLUMN)
    rows = [json.loads(one) for one in stereotyped.read_text("utf-8").splitlines()]
    bare = write(tmp_path / "bare.jsonl", [{key: row[key] for key in kept} for row in rows[:-3]])
    tables = json.loads(run(str(bare), "--items", str(items), "--json").stdout)
    assert tables["tables"][0]["s_amb"]["value"] == 100
    assert tables["unanswered_items"] == {str(bare): 3}
    assert "answers 3 fewer than the items" in run(str(bare), "--items", str(items)).stdout
    assert_refused(run(str(bare)), str(bare), "line 1", "ans0", "is missing", "--items")


def test_predictions_of_other_items_are_refused(tmp_path: Path) -> None:
    items = write(tmp_path / "Age.jsonl", [line()])
    other = write(tmp_path / "p.jsonl", [{"category": "Age", "example_id": 9, COLUMN: "x"}])
    assert_refused(run(str(other), "--items", str(items)), str(other), "line 1", "'9'")
    changed = write(tmp_path / "q.jsonl", [predicted(line(label=0), "x")])
    assert_refused(run(str(changed), "--items", str(items)), "line 1", "differs from the item")
    assert_refused(run(str(other), "--items", str(items), "--items", str(items)), "holds as well")


def test_labels_are_written_one_a_line(tmp_path: Path) -> None:
    texts = ("the pensioner", "The pupil.", "not known", "the bus")
    rows = [predicted(line(example_id=i), text) for i, text in enumerate(texts)]
    path = write(tmp_path / "p.jsonl", rows)
    out = tmp_path / "labels.jsonl"
    assert run(str(path), "--labels", str(out)).exit_code == 0
    written = [json.loads(one) for one in out.read_text("utf-8").splitlines()]
    assert [one["label"] for one in written] == ["stereotype", "counter", "unknown", "invalid"]
    assert [one["option"] for one in written] == [0, 2, 1, None]
    assert [one["correct"] for one in written] == [False, False, True, False]
    assert [one["line"] for one in written] == [1, 2, 3, 4]
    refused = run(str(path), "--items", str(path), "--labels", str(path))
    assert isinstance(refused.exception, AuditorError)
    assert path.read_text("utf-8").count("\n") == 4


def assert_refused(result: Result, *said: str) -> None:
    assert isinstance(result.exception, ResponsesUnreadable)
    message = str(result.exception)
    for part in said:
        assert part in message
    assert message.isprintable()
    assert message.endswith(".")
    assert result.stdout == ""


GOOD = json.dumps(predicted(line(), "not known")).encode()


def changed(**changes: Any) -> bytes:
    return json.dumps(predicted(line(example_id=1, **changes), "not known")).encode()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (changed(label=3), ("label", "'3'")),
        (changed(context_condition="vague"), ("context_condition", "'vague'")),
        (changed(question_polarity="\x1b]0;x\x07"), ("question_polarity", r"'\x1b]0;x\x07'")),
        (changed(answer_info={}), ("answer_info.ans0", "is missing")),
        (changed(additional_metadata=None), ("additional_metadata", "null")),
        (GOOD, ("example_id", "line 1 holds as well")),
        (GOOD.replace(b'"not known"}', b"2}"), (f"'{COLUMN}'", "a number")),
        (GOOD.replace(b'"not known"}', b"null}"), (f"'{COLUMN}'", "null")),
        (json.dumps(line(example_id=1)).encode(), (f"'{COLUMN}'", "is missing")),
        (
            json.dumps({**predicted(line(example_id=1), "x"), "b\x1b_pred": "y"}).encode(),
            (r"'b\x1b_pred'", "the first line does not have"),
        ),
        (b'{"example_id": 1,', ("not JSON",)),
        (b'{"a": 1, "a": 2}', ("'a' occurs twice",)),
        (b'{"\\u001b[2J": 1, "\\u001b[2J": 2}', (r"'\x1b[2J' occurs twice",)),
        (b"[" * 100_000, ("give the file as it was released",)),
        (b"1" * 5000, ("give the file as it was released",)),
        (b"[1, 2]", ("must hold an object", "a list of 2")),
        (b"null", ("must hold an object", "null")),
        (b"{}", ("is missing",)),
    ],
)
def test_a_wrong_line_is_named_with_its_field(
    tmp_path: Path, second: bytes, said: tuple[str, ...]
) -> None:
    path = tmp_path / "preds.jsonl"
    path.write_bytes(GOOD + b"\n" + second + b"\n")
    for arguments in ((str(path),), (str(path), "--json")):
        assert_refused(run(*arguments), str(path), "line 2", *said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\xff\xfe{}", "not UTF-8"),
        (json.dumps(line()).encode(), "none of its 13 fields is a prediction"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "preds.jsonl"
    path.write_bytes(content)
    assert_refused(run(str(path)), str(path), said)


def test_a_file_given_twice_and_a_folder_are_refused(tmp_path: Path, stereotyped: Path) -> None:
    assert_refused(run(str(stereotyped), str(stereotyped)), "twice")
    assert_refused(run(str(tmp_path)), "is a folder")


def test_a_mark_of_the_encoding_foreign_line_ends_and_separators_are_read(tmp_path: Path) -> None:
    odd = predicted(line(example_id=1, context="One\u2028two\u0085three."), "the pupil")
    text = "\ufeff" + GOOD.decode() + "\r\n\r\n" + json.dumps(odd, ensure_ascii=False)
    path = tmp_path / "preds.jsonl"
    path.write_bytes(text.encode())
    table = json.loads(run(str(path), "--json").stdout)["tables"][0]
    assert table["n"] == 2


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[2J\u202eevil_pred\n"
    rows = [{**line(category="\x1b[31mAge"), hostile: "not known"}]
    path = write(tmp_path / "p.jsonl", rows)
    for arguments in ((str(path),), (str(path), "--json")):
        stdout = run(*arguments).stdout
        assert "\x1b" not in stdout
        assert "\u202e" not in stdout
    assert r"'\x1b[2J\u202eevil_pred\n'" in run(str(path)).stdout


def test_items_are_read_with_the_same_refusals(tmp_path: Path) -> None:
    path = write(tmp_path / "Age.jsonl", lines(n_templates=2, per_template=1))
    assert len(read_bbq_items(path)) == 16
    for rows, said in (
        ([line(), line()], "line 2: the field example_id"),
        ([line(), line(example_id=1, label=7)], "line 2: the field label"),
    ):
        with pytest.raises(ResponsesUnreadable, match=said):
            read_bbq_items(write(tmp_path / "bad.jsonl", rows))


def test_transcripts_take_no_items(stereotyped: Path) -> None:
    arguments = [str(stereotyped), "--items", str(stereotyped)]
    result = CliRunner().invoke(score, arguments)
    assert isinstance(result.exception, AuditorError)
    assert "--items" in str(result.exception)
