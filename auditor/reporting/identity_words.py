"""What is said of a model's identity: hashes of its files, or what its server declares. Pure."""

from auditor.core.runs import ModelIdentity
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Fact, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import tr, tr_in


def cover_fact(model: ModelIdentity) -> Fact:
    """Which weights, for the cover."""
    if model.is_declared:
        return Fact(label=tr("Weights"), text=tr("declared by the server, not measured"))
    text = f"sha256 {model.weights_sha256[:16]}…"
    return Fact(label=tr("Weights"), text=text, is_code=True)


def short_words(model: ModelIdentity, *, n_digits: int = 16) -> str:
    """The same for a note beside the model's name; `sha256` and the first digits of the hash."""
    if model.is_declared:
        return tr("declared by the server, not measured")
    return f"sha256 {model.weights_sha256[:n_digits]}…"


def size(model: ModelIdentity) -> str:
    """The number of parameters, for a table."""
    return rounding.count(model.n_parameters) if model.n_parameters else rounding.NONE


def format_words(model: ModelIdentity) -> str:
    """How the weights are stored, for a table."""
    if model.is_declared:
        return tr("behind a server")
    return clean_line(f"{model.format}, {model.quantisation}")


def family(model: ModelIdentity) -> str:
    """The architecture, for a note; empty where a server does not say it."""
    return "" if model.architecture == "unknown" else clean_line(model.architecture)


def whole_words(model: ModelIdentity) -> str:
    """The whole hash, and what it is over where it is not the one file's own."""
    n = len(model.weights)
    if model.is_declared:
        return tr(
            "declared by the server, not measured; sha256 {sha256}, of what it declares",
            sha256=model.weights_sha256,
        )
    if n > 1:
        return tr(
            "sha256 {sha256}, over the {n} files of the model in the table below",
            sha256=model.weights_sha256,
            n=n,
        )
    return f"sha256 {model.weights_sha256}"


def declared_facts(model: ModelIdentity) -> tuple[tuple[str, str, bool], ...]:
    """The model's part of the system page, where a server runs it: label, text, is it code."""
    template = (
        f"sha256 {model.chat_template_sha256}"
        if model.chat_template_sha256
        else tr("none: the plain form of the questions was used")
    )
    not_said = tr("the server does not say")
    return (
        (tr("Model"), model.name, False),
        (tr("Server"), dict(model.declared).get("url", not_said), True),
        (tr("Architecture"), _said(model.architecture), False),
        (
            tr("Parameters"),
            rounding.count(model.n_parameters) if model.n_parameters else not_said,
            False,
        ),
        (tr("Format"), _said(model.quantisation), False),
        (tr("Weights"), whole_words(model), True),
        (tr("Tokenizer"), tr("the server\u2019s own; it was not read"), False),
        (tr("Chat template"), template, model.chat_template_sha256 is not None),
        (tr("Run by"), tr("a server; its arithmetic is not known"), False),
        (tr("Log-likelihoods"), _likelihoods(model), False),
        (
            tr("Context length"),
            tr("{n} tokens", n=rounding.count(model.context_length))
            if model.context_length
            else not_said,
            False,
        ),
    )


def declaration(model: ModelIdentity) -> Table:
    """All that the server declares, for the provenance page."""
    return Table(
        table_id="t-weights",
        caption=tr("What the server declares about the model; nothing of it was measured"),
        columns=(
            Column(text=tr_in("of a declaration", "Entry")),
            Column(text=tr_in("of a declaration", "Declared"), kind="code"),
        ),
        rows=tuple(
            (Cell(text=clean_line(key)), Cell(text=clean_line(text), kind="code"))
            for key, text in model.declared
        ),
        is_dense=True,
    )


def _said(text: str) -> str:
    return tr("the server does not say") if text == "unknown" else text


def _likelihoods(model: ModelIdentity) -> str:
    way = dict(model.backend_settings).get("log_likelihoods", "none")
    if way == "none":
        return tr("none: only written answers could be scored")
    return tr(
        "as the server reports them; at the start, some were compared with what it says of the "
        "same tokens when it writes them"
    )
