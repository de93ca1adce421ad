"""A model behind a server is never said to have been measured."""

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache

import pytest

from auditor.battery.reviewing.run_scores import what_differs
from auditor.core.presentation import Redaction
from auditor.core.results import AuditResult
from auditor.reporting import closing_pages
from auditor.reporting.exports.results_json import results_json
from auditor.reporting.html import render_html
from auditor.reporting.identity_words import short_words, whole_words
from auditor.reporting.redaction import redact
from auditor.reporting.report import summarise
from auditor.reporting.view import view
from tests.reporting.builders import result
from tests.reporting.hostile import hostile_texts

HOST: tuple[Redaction, ...] = ("host",)
URL = "https://models.example.org:8443/v1"


@cache
def served(text: str = "vllm") -> AuditResult:
    """An audit of a model behind a server that says `text` of it."""
    told = result()
    model = replace(
        told.record.model,
        name="served",
        source="served",
        format="server",
        backend="server",
        architecture="unknown",
        quantisation="unknown",
        dtype="unknown",
        n_parameters=0,
        n_layers=0,
        weights=(),
        context_length=0,
        backend_settings=(("log_likelihoods", "echo"), ("server_begins_text", "false")),
        declared=(("models.owned_by", text), ("name", "served"), ("url", URL)),
    )
    command = ("auditor", "run", "served", "--backend", "server", "--url", URL)
    return replace(told, record=replace(told.record, model=model, command=command))


def test_facts_are_marked_as_what_they_are() -> None:
    assert {fact.mark for fact in closing_pages.system(view(served()))} == {"declared"}
    assert {fact.mark for fact in closing_pages.system(view(result()))} == {"measured"}


def test_the_words_for_a_file_are_its_hash() -> None:
    model = result().record.model
    assert short_words(model) == f"sha256 {model.weights_sha256[:16]}…"
    assert model.weights_sha256 in whole_words(model)
    assert "declared" not in whole_words(model)


def test_no_zero_stands_for_what_nobody_knows() -> None:
    facts = {fact.label: fact.text for fact in closing_pages.system(view(served()))}
    for label in ("Architecture", "Parameters", "Format", "Context length"):
        assert facts[label] == "the server does not say"


@pytest.mark.parametrize("text", hostile_texts().values(), ids=hostile_texts())
def test_what_a_server_says_is_harmless(text: str) -> None:
    html, plain = (render_html(summarise(served(said))) for said in (text, "vllm"))
    assert len(re.findall("<[a-z]", html)) == len(re.findall("<[a-z]", plain))
    assert all(letter.isprintable() for letter in set(html) - set(plain))


def test_the_server_is_redacted_as_a_machine() -> None:
    assert URL in render_html(summarise(served()))
    hidden = redact(served(), HOST)
    assert "example.org" not in render_html(summarise(hidden))
    assert "example.org" not in results_json(hidden)
    assert "example.org" not in "".join(_texts(hidden))


def test_two_runs_of_a_server_are_never_said_to_have_the_same_weights() -> None:
    one, other = served().record, result().record
    assert what_differs(one, one) == ("declared-weights",)
    assert "weights" not in what_differs(one, other)
    assert what_differs(one, other)[0] == "declared-weights"
    assert what_differs(other, other) == ()


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in _texts(one)]
    if is_dataclass(value) and not isinstance(value, type):
        return [text for one in fields(value) for text in _texts(getattr(value, one.name))]
    return []
