"""What a server says of the model it runs. Nothing of it is measured. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.backends.server.secrecy import without_key
from auditor.core.runs import ModelIdentity

_CARD = ("owned_by", "root", "parent", "max_model_len", "quantization")
"""What stays the same from request to request; `created` and `permission` do not."""
_PROPS = ("model_path", "model_alias", "build_info", "bos_token", "eos_token")
_MAX_META = 30
_MAX_TEXT = 300
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that a server was asked about itself."""

    name: str
    """What the server calls the model."""
    address: str
    card: Json
    """The model's entry of /v1/models."""
    props: Json
    """/props of llama.cpp's server; empty elsewhere."""
    version: str
    """/version of vLLM; empty elsewhere."""
    key: str | None = field(default=None, repr=False)
    """What the server was asked with; left out wherever it repeats it."""

    @property
    def is_vllm(self) -> bool:
        """Whether it is vLLM, which alone has a length in its entry."""
        return self.card.get("owned_by") == "vllm" or "max_model_len" in self.card

    @property
    def context_length(self) -> int:
        """In tokens; 0 where the server does not say it."""
        settings = self.props.get("default_generation_settings")
        for holder, key in (
            (self.card, "max_model_len"),
            (settings, "n_ctx"),
            (self.card.get("meta"), "n_ctx"),
            (self.card.get("meta"), "n_ctx_train"),
        ):
            if found := _count(holder, key):
                return found
        return 0


def declare(said: Said) -> tuple[tuple[str, str], ...]:
    """The declaration: names and texts, sorted, the same each time that the server is asked."""
    return tuple(sorted(_lines(said)))


def hash_declaration(declared: tuple[tuple[str, str], ...]) -> str:
    """sha256 of the declaration as one JSON object: keys sorted, no spaces, UTF-8."""
    text = json.dumps(dict(declared), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def identify(
    said: Said, *, template_sha256: str | None, settings: tuple[tuple[str, str], ...]
) -> ModelIdentity:
    """The identity that stands in the record; its hashes are of the declaration."""
    declared = declare(said)
    sha256 = hash_declaration(declared)
    return ModelIdentity(
        name=said.name,
        source=said.name,
        format="server",
        backend="server",
        architecture=_word(said, "architecture"),
        n_parameters=_count(said.card.get("meta"), "n_params"),
        n_layers=0,
        quantisation=_word(said, "quantization"),
        dtype="unknown",
        weights=(),
        weights_sha256=sha256,
        tokenizer_sha256=sha256,
        chat_template_sha256=template_sha256,
        adapter_sha256=None,
        context_length=said.context_length,
        backend_settings=settings,
        declared=declared,
    )


def _lines(said: Said) -> Iterator[tuple[str, str]]:
    yield "name", _text(said.name)
    yield "url", said.address
    yield from _found(said, "models", said.card, _CARD)
    meta = said.card.get("meta")
    if isinstance(meta, dict):
        yield from _found(said, "models.meta", meta, sorted(meta)[:_MAX_META])
    yield from _found(said, "props", said.props, _PROPS)
    template = said.props.get("chat_template")
    if isinstance(template, str):
        digest = hashlib.sha256(template.encode("utf-8", "replace")).hexdigest()
        yield "props.chat_template", f"sha256 {digest}"
    if said.version:
        yield "version", _text(said.version, said.key)


def _found(said: Said, place: str, holder: Json, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for key in keys:
        if isinstance(holder.get(key), str | int | float):
            yield f"{place}.{_text(key, said.key)}", _text(holder[key], said.key)


def _text(value: object, key: str | None = None) -> str:
    """One short line in printable characters: servers may say anything."""
    text = value if isinstance(value, str) else json.dumps(value)
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return without_key(plain, key)[:_MAX_TEXT].rstrip()


def _word(said: Said, key: str) -> str:
    for place in (said.card, said.card.get("meta")):
        value = place.get(key) if isinstance(place, dict) else None
        if isinstance(value, str) and value.strip():
            return _text(value, said.key)[:60]
    return "unknown"


def _count(holder: object, key: str) -> int:
    value = holder.get(key) if isinstance(holder, dict) else None
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value < 1 << 62 else 0  # type: ignore[operator,return-value]
