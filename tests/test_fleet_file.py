"""A fleet file: every option of `auditor run`, and every mistake in it one sentence."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from auditor.cli.fleet import check_options
from auditor.cli.run import run
from auditor.core.fleet import ENDINGS
from auditor.errors import AuditorError, FleetInvalid
from auditor.prompt_library.fleet import Fleet, FleetOptions, load_fleet
from auditor.workflows.fleets.asked import check_texts
from auditor.workflows.fleets.jobs import Job, jobs_of

DOCUMENT = (Path(__file__).parents[1] / "docs" / "fleet.md").read_text(encoding="utf-8")
NOT_OF_AN_AUDIT = {"model", "out", "resume", "json"}
"""What the fleet says itself, or the command."""
OWN = {"timeout_minutes", "gpus"}
SHORT = {"instruments": "instrument"}
"""Keys that are lists, by the option that is repeated."""
MODEL = '[[model]]\nname = "small"\nmodel = "demo"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Fleet:
    return load_fleet(write(folder, text))


def jobs(fleet: Fleet, n_threads: int = 2) -> list[Job]:
    return jobs_of(fleet, Path("/out"), n_threads=n_threads, is_fresh=False)


def parsed(job: Job) -> click.Context:
    return run.make_context("run", list(job.arguments[1:]))


def test_every_option_of_run_is_a_key_of_the_file() -> None:
    options = {param.opts[0].removeprefix("--").replace("-", "_") for param in run.params}
    keys = {SHORT.get(one.name, one.name) for one in fields(FleetOptions)}
    assert keys - OWN == options - NOT_OF_AN_AUDIT


EXAMPLES: dict[str, tuple[str, object]] = {
    "tier": ('"full"', "full"),
    "instruments": ('["hiring", "admissions"]', ("hiring", "admissions")),
    "bbq": ('"bbq"', Path("bbq")),
    "backend": ('"transformers"', "transformers"),
    "url": ('"http://localhost:8000/v1"', "http://localhost:8000/v1"),
    "api_key_env": ('"KEY"', "KEY"),
    "concurrency": ("7", 7),
    "chat_template": ('"t.jinja"', "t.jinja"),
    "dtype": ('"float32"', "float32"),
    "policy": ('"p.yaml"', Path("p.yaml")),
    "seed": ("5", 5),
    "gpu_layers": ("-1", -1),
    "threads": ("3", 3),
    "probe": ("false", False),
    "fix": ('"lora"', "lora"),
    "adapter": ('"a"', Path("a")),
    "base": ('"b.gguf"', "b.gguf"),
    "layers_at": ('"model.layers"', "model.layers"),
    "baseline": ('"runs/old"', Path("runs/old")),
    "about": ('"a.yaml"', Path("a.yaml")),
    "brand": ('"b.yaml"', Path("b.yaml")),
    "lang": ('"de"', "de"),
    "paper": ('"Letter"', "Letter"),
    "redact": ('["paths", "outputs"]', ("outputs", "paths")),
    "pdf": ("false", False),
}
NAMES = {
    "probe": "reads_layers", "lang": "language", "redact": "redacted", "pdf": "wants_pdf",
}  # fmt: skip


def test_there_is_an_example_of_every_key() -> None:
    assert set(EXAMPLES) == {one.name for one in fields(FleetOptions)} - OWN


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_key_says_what_the_option_says(key: str, tmp_path: Path) -> None:
    text, meant = EXAMPLES[key]
    for told in (f"{key} = {text}\n{MODEL}", f"{MODEL}{key} = {text}\n"):
        (job,) = jobs(read(tmp_path, told))
        assert parsed(job).params[NAMES.get(key, key)] == meant


def test_what_is_not_said_is_left_to_run(tmp_path: Path) -> None:
    (job,) = jobs(read(tmp_path, MODEL))
    assert job.arguments == ("run", "demo", "--threads", "2", "--out", "/out/small")
    assert job.folder == tmp_path
    assert job.log == Path("/out/small.log")
    assert job.timeout_seconds is None


def test_a_model_outweighs_the_top(tmp_path: Path) -> None:
    told = (
        'tier = "quick"\nthreads = 1\ntimeout_minutes = 2\nprobe = false\n'
        f'{MODEL}tier = "full"\nprobe = true\n'
        '[[model]]\nname = "other"\nmodel = "~/other.gguf"\ntimeout_minutes = 0.5\ngpus = 1\n'
    )
    first, second = jobs(read(tmp_path, told))
    assert parsed(first).params["tier"] == "full"
    assert parsed(first).params["reads_layers"] is True
    assert parsed(second).params["tier"] == "quick"
    assert parsed(second).params["model"] == str(Path.home() / "other.gguf")
    assert (first.timeout_seconds, second.timeout_seconds) == (120, 30)
    assert (first.n_gpus, second.n_gpus) == (0, 1)
    assert first.n_threads == second.n_threads == 1


BAD = {
    "empty": ("", "names no model"),
    "no-toml": ("tier: quick\n", "not valid TOML"),
    "twice": ('tier = "a"\ntier = "b"\n', "not valid TOML"),
    "deep": ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    "long-number": ("seed = " + "9" * 5000, "not valid TOML"),
    "misspelt": (f'teir = "quick"\n{MODEL}', "unknown key `teir`; did you mean `tier`?"),
    "misspelt-model": (
        f'{MODEL}polcy = "p"\n',
        "unknown key `polcy` in model, entry 1; did you mean `policy`?",
    ),
    "type": (f'seed = "five"\n{MODEL}', "Expected `int | null`, got `str`"),
    "no-name": ('[[model]]\nmodel = "demo"\n', "missing required field `name`"),
    "no-model": ('[[model]]\nname = "a"\n', "missing required field `model`"),
    "bad-name": ('[[model]]\nname = "../up"\nmodel = "demo"\n', "cannot be the name of a folder"),
    "dot-name": ('[[model]]\nname = ".."\nmodel = "demo"\n', "cannot be the name of a folder"),
    "two-lines": ('[[model]]\nname = "a\\n"\nmodel = "demo"\n', "cannot be the name of a folder"),
    "own-name": ('[[model]]\nname = "Charts"\nmodel = "demo"\n', "taken by the summary"),
    "same-name": (f"{MODEL}{MODEL.replace('small', 'Small')}", "two models are named small and"),
    "log-name": (f"{MODEL}{MODEL.replace('small', 'small.log')}", "another model's log"),
    "dash": ('[[model]]\nname = "a"\nmodel = "--help"\n', "begins with a -"),
    "empty-policy": (f'policy = ""\n{MODEL}', "`policy` is empty"),
    "nul": (f'{MODEL}base = "a\\u0000b"\n', "model small: `base` is empty or holds a NUL"),
    "never": (f"timeout_minutes = 0\n{MODEL}", "`timeout_minutes` must be more than 0"),
    "nan": (f"timeout_minutes = nan\n{MODEL}", "`timeout_minutes` must be more than 0"),
    "gpus": (f"gpus = -1\n{MODEL}", "`gpus` must be 0 or more"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_in_the_file_is_one_sentence(name: str, tmp_path: Path) -> None:
    text, said = BAD[name]
    with pytest.raises(FleetInvalid) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "fleet.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


WRONG_VALUES = {
    "tier": ('tier = "huge"', "'huge' is not one of 'quick', 'standard', 'full'"),
    "instrument": ('instruments = ["hirign"]', "'hirign' is not one of"),
    "redact": ('redact = ["answers"]', "answers cannot be left out"),
    "seed": ("seed = -1", "-1 is not in the range"),
}


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_a_value_that_run_refuses_is_refused_before_anything_runs(
    name: str, tmp_path: Path
) -> None:
    text, said = WRONG_VALUES[name]
    fleet = read(tmp_path, f"{MODEL}{text}\n")
    with pytest.raises(FleetInvalid) as caught:
        check_options(fleet, "fleet.toml")
    assert "fleet.toml, model small" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("key", ["policy", "about", "brand"])
def test_a_text_of_the_fleet_is_read_before_anything_runs(key: str, tmp_path: Path) -> None:
    fleet = read(tmp_path, f'{key} = "no-such.yaml"\n{MODEL}')
    with pytest.raises(AuditorError, match=r"no-such\.yaml"):
        check_texts(fleet)


def test_paths_begin_in_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "brand.yaml").write_text("name: Example Bank\n")
    check_texts(read(tmp_path, f'brand = "brand.yaml"\n{MODEL}'))


def test_the_documented_file_is_read(tmp_path: Path) -> None:
    fleet = read(tmp_path, DOCUMENT.partition("```toml\n")[2].partition("```")[0])
    check_options(fleet, "fleet.toml")
    check_texts(fleet)
    said = DOCUMENT.partition("$ auditor fleet")[2].partition("```")[0]
    assert all(f"auditor: {entry.name}: begun" in said for entry in fleet.models)


def test_every_key_and_every_ending_is_documented() -> None:
    keys = DOCUMENT.partition("| key |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`([a-z_]+)`", "\n".join(row.split("|")[1] for row in rows(keys))))
    assert told == {one.name for one in fields(FleetOptions)} | {"title"}
    endings = DOCUMENT.partition("| ending |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `([a-z-]+)`", endings, flags=re.MULTILINE)) == ENDINGS


def rows(table: str) -> list[str]:
    return [row for row in table.splitlines() if row.startswith("| `")]


def test_there_is_such_a_file(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.toml", "There is no fleet")):
        with pytest.raises(FleetInvalid, match=said):
            load_fleet(path)
