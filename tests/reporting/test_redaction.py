"""A redacted report does not depend on what was redacted: not in one character."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from auditor.core.fix_results import FixMissing
from auditor.core.layer_results import LayersMissing
from auditor.core.presentation import REDACTIONS, Redaction
from auditor.core.results import AuditResult, EvidenceFile
from auditor.core.runs import FileHash
from auditor.reporting.cleaning import clean
from auditor.reporting.html import render_html
from auditor.reporting.language import LANGUAGES, speaking
from auditor.reporting.redaction import file_place, is_withheld, redact, redaction_facts
from auditor.reporting.report import summarise
from auditor.workflows.run_files import EVIDENCE
from tests.reporting.builders import result
from tests.reporting.fix_builders import fix_result
from tests.reporting.hostile import hostile_texts
from tests.reporting.layer_builders import blank_concept, clear_concept, layer_result

DIGEST = re.compile(r"redacted: [\d\xa0]+ characters, sha256 [0-9a-f]{64}")
PATHS: tuple[Redaction, ...] = ("paths",)
HOST: tuple[Redaction, ...] = ("host",)
SECRET_FOLDERS = ("clientele", "Jane Doe 1990", "merger-2027")


@cache
def written(text: str) -> AuditResult:
    """An audit with layers and a fix, where the model wrote `text` wherever it writes."""
    fix = replace(
        fix_result("ideal"), openings=(("original", text, 30, 40), ("fixed", text, 9, 40))
    )
    layers = layer_result(clear_concept(text), blank_concept())
    return replace(result(answer=text), layers=layers, fix=fix)


@cache
def placed(folder: str) -> AuditResult:
    """An audit that names places under `folder` wherever one can stand."""
    told = written("wicked - black")
    model = replace(
        told.record.model,
        source=f"{folder}/models/small.gguf",
        weights=(FileHash(name=f"{folder}/models/small.gguf", sha256="ab" * 32, n_bytes=3),),
        backend_settings=(("cache", f"{folder}/cache"),),
    )
    because = f"There is not enough memory for {folder}/models/small.gguf; free some."
    elsewhere = f"[Errno 13] Permission denied: '{folder}/.cache/auditor/x y/z'"
    record = replace(
        told.record,
        model=model,
        command=("auditor", "run", f"{folder}/models/small.gguf", f"--out={folder}/reports/one"),
        warnings=(because, elsewhere, "The model has no chat template: a/b and 1/2 stay."),
    )
    assert not isinstance(told.fix, FixMissing)
    assert not isinstance(told.layers, LayersMissing)
    fix_record = replace(told.fix.record, model=model, unavailable=(("erasure", elsewhere),))
    return replace(
        told,
        record=record,
        layers=replace(told.layers, base_missing_because=because),
        fix=replace(told.fix, record=fix_record),
    )


def run_on(processor: str, system: str) -> AuditResult:
    """An audit of a machine."""
    told = result()
    hardware = (("processor", processor), ("usable cores", "48"), ("system", system))
    warnings = (f"llama.cpp died on this {processor}.",)
    return replace(told, record=replace(told.record, hardware=hardware, warnings=warnings))


def page(told: AuditResult, *what: Redaction) -> str:
    return render_html(summarise(redact(told, what)))


def test_nothing_asked_is_nothing_changed() -> None:
    told = placed("/home/jane")
    assert redact(told, ()) is told


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_no_text_of_the_model_is_left(name: str) -> None:
    text = hostile_texts()[name]
    shown = str(escape(clean(text, 120)))
    html = page(written(text), "outputs")
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    assert f"redacted: {len(text)} characters, sha256 {digest}" in html
    if len(text) >= 6:
        assert shown.partition("\n…")[0] not in html
        assert text not in html


def test_the_page_is_the_same_whatever_the_model_wrote() -> None:
    """But for lengths and hashes: no choice, count or order follows the texts."""
    pages = {
        DIGEST.sub("redacted", page(written(text), "outputs"))
        for text in ("wicked - black\nkind - white", "I cannot help with that.", "<b>A</b>" * 400)
    }
    assert len(pages) == 1
    assert DIGEST.search(page(written("a text"), "outputs"))


def test_texts_stay_where_they_are_not_asked_to_go() -> None:
    html = page(written("so said the model"), "paths", "host")
    assert "so said the model" in html
    assert not DIGEST.search(html)


@cache
def page_of_srv() -> str:
    return page(placed("/srv"), "paths")


@pytest.mark.parametrize("root", ["/home", "~", "..", "C:\\Users", "\\\\server\\share"])
def test_the_page_is_the_same_wherever_the_files_are(root: str) -> None:
    separator = "\\" if "\\" in root else "/"
    folder = separator.join((root, *SECRET_FOLDERS))
    html, unredacted = page(placed(folder), "paths"), page(placed(folder))
    assert html == page_of_srv()
    for name in SECRET_FOLDERS:
        assert name in unredacted
        assert name not in html


def test_names_of_files_and_plain_sentences_stay() -> None:
    told = redact(placed("/home/jane"), PATHS)
    assert told.record.command == ("auditor", "run", "small.gguf", "--out=one")
    assert told.record.model.source == "small.gguf"
    assert [file.name for file in told.record.model.weights] == ["small.gguf"]
    assert told.record.warnings == (
        "There is not enough memory for small.gguf; free some.",
        "A sentence that names a place in the file system was redacted.",
        "The model has no chat template: a/b and 1/2 stay.",
    )
    assert not isinstance(told.layers, LayersMissing)
    assert told.layers.base_missing_because == told.record.warnings[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is in /srv/x.", "/srv", "at:/srv/x", "(/srv/x)", "'/srv/x'", "“/srv/x”", "see ~/x",
        "see ~jane/x", "./x is", "../x is", "D:\\x", "D:/x", "\\\\server\\x", "file:///srv",
        "a=/srv", "/srv/a b/c",
    ],
)  # fmt: skip
def test_a_sentence_with_an_unknown_place_is_left_out(sentence: str) -> None:
    told = result()
    for missing in (
        replace(told, layers=LayersMissing(kind="not-possible", because=sentence)),
        replace(told, fix=FixMissing(kind="not-possible", because=sentence)),
    ):
        html = page(missing, "paths")
        assert str(escape(sentence)) not in html
        assert "A sentence that names a place in the file system was redacted." in html


@pytest.mark.parametrize(
    "sentence",
    ["yes/no", "1/2 of it", "3 / 4", "see https://example.org/a", "N/A", "a - b", "fix/arms", ""],
)
def test_a_sentence_without_a_place_stays(sentence: str) -> None:
    told = replace(result(), layers=LayersMissing(kind="not-possible", because=sentence))
    assert redact(told, PATHS).layers == told.layers


def test_the_page_is_the_same_whatever_the_machine() -> None:
    one = page(run_on("AMD EPYC 9654", "Linux build-farm-7"), "host")
    assert one == page(run_on("Intel Xeon", "Linux x86_64"), "host")
    assert "EPYC" not in one
    assert "build-farm-7" not in one
    assert "2 threads" in one


def test_redactions_do_not_disturb_each_other() -> None:
    told = placed("/home/jane")
    whole = redact(told, REDACTIONS)
    for first, second, third in (("host", "paths", "outputs"), ("paths", "outputs", "host")):
        one_by_one = told
        for each in (first, second, third):
            one_by_one = redact(one_by_one, (each,))  # type: ignore[arg-type]
        assert one_by_one == whole


def numbers(told: AuditResult) -> tuple[object, ...]:
    return (told.measures, told.findings, told.noise, told.files, told.exit_code, told.contrasts)


def test_numbers_and_hashes_stay() -> None:
    told = placed("/home/jane")
    after = redact(told, REDACTIONS)
    assert numbers(after) == numbers(told)
    assert after.record.model.weights_sha256 == told.record.model.weights_sha256
    assert after.record.run_id == told.record.run_id
    assert [quote.label for quote in after.quotes] == [quote.label for quote in told.quotes]


@given(st.text(st.characters(exclude_characters="/\\", exclude_categories=["Cs"]), min_size=1))
def test_only_the_last_part_of_a_typed_path_is_left(name: str) -> None:
    told = result()
    record = replace(told.record, command=("auditor", "run", f"/hidden/folders/{name}"))
    after = redact(replace(told, record=record), PATHS).record.command[-1]
    assert after == (name if name not in (".", "..", "~") else "redacted")


def test_every_file_of_a_run_is_known() -> None:
    """A new one counts as holding everything until somebody has looked."""
    names = {name for name, _, _ in EVIDENCE}
    assert {name for name in names if is_withheld(name, HOST)} == {"run.json", "base/run.json"}
    assert is_withheld("never-seen.json", HOST)
    assert not is_withheld("never-seen.json", ())


@pytest.mark.parametrize(
    ("name", "what", "expected"),
    [
        ("run.json", ("outputs",), False), ("run.json", ("paths",), True),
        ("run.json", ("host",), True), ("fix.json", ("outputs",), True),
        ("layers.json", ("outputs",), True), ("fix/fix-run.json", ("paths",), True),
        ("fix/fix-run.json", ("outputs", "host"), False),
        ("measures.json", REDACTIONS, False), ("findings.json", REDACTIONS, False),
        ("scores.csv", REDACTIONS, False), ("manifest.sha256", REDACTIONS, False),
        ("policy.json", REDACTIONS, False), ("adapter.json", REDACTIONS, False),
    ],
)  # fmt: skip
def test_files_that_hold_what_is_redacted_are_withheld(
    name: str, what: tuple[Redaction, ...], expected: bool
) -> None:
    assert is_withheld(name, what) is expected
    file = EvidenceFile(name=name, sha256="ab" * 32, description="", is_embedded=True)
    assert file_place(file, what) == ("withheld by --redact" if expected else "embedded")
    assert file_place(replace(file, is_embedded=False), what) == "run folder"


def test_the_last_page_says_what_was_redacted() -> None:
    assert redaction_facts(()) == []
    for size in (1, 2, 3):
        for what in product(REDACTIONS, repeat=size):
            labels = [label for label, _, _ in redaction_facts(what)]
            expected = [f"Redacted: {each}" for each in REDACTIONS if each in what]
            assert labels == [*expected, "After redaction"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [lambda: written("so said the model"), lambda: placed("/home/x")])
def test_every_language_can_be_redacted(language: str, make: Callable[[], AuditResult]) -> None:
    with speaking(language):  # type: ignore[arg-type]
        html = page(make(), *REDACTIONS)
    assert "so said the model" not in html
    assert "/home/x" not in html
