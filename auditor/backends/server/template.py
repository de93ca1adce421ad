"""The chat template that prompts to a server are written in: a completion server applies none."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.backends import DEMO, resolve_model
from auditor.backends.checkpoint_folder import read_json
from auditor.backends.gguf_file import read_gguf_header
from auditor.errors import ModelNotLoaded

_MAX_BYTES = 1 << 20
_TOKENIZER = "tokenizer_config.json"
_IN_FOLDER = "chat_template.jinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTemplate:
    """A template with the tokens that it may write."""

    source: str
    """Jinja."""
    bos_token: str
    """Empty where nobody says it; the server then puts it before the text, or not, by itself."""
    eos_token: str


def read_template(place: str) -> GivenTemplate:
    """The template in a Jinja file, a .gguf file, a model folder, or the demo model.

    Raises:
        ModelNotLoaded: There is none.
    """
    path = resolve_model(DEMO).path if place == DEMO else Path(place).expanduser()
    assert path is not None
    if path.is_dir():
        return _of_folder(path)
    if path.suffix == ".gguf":
        return _of_gguf(path)
    return GivenTemplate(source=_read(path), bos_token="", eos_token="")


def template_of_props(props: Mapping[str, object]) -> GivenTemplate | None:
    """What llama.cpp's server says of its model's template; None where it says none."""
    source = props.get("chat_template")
    if not isinstance(source, str) or not source.strip():
        return None
    return GivenTemplate(
        source=_whole(source),
        bos_token=_token(props.get("bos_token")),
        eos_token=_token(props.get("eos_token")),
    )


def _of_gguf(path: Path) -> GivenTemplate:
    metadata = read_gguf_header(path).metadata
    source = metadata.get("tokenizer.chat_template")
    if not isinstance(source, str) or not source.strip():
        raise _missing(path)
    words = metadata.get("tokenizer.ggml.tokens")

    def word(name: str) -> str:
        index = metadata.get(f"tokenizer.ggml.{name}_token_id")
        is_one = isinstance(words, tuple) and isinstance(index, int) and 0 <= index < len(words)
        return _whole(str(words[index])) if is_one else ""  # type: ignore[index]

    return GivenTemplate(source=_whole(source), bos_token=word("bos"), eos_token=word("eos"))


def _of_folder(path: Path) -> GivenTemplate:
    config = read_json(path / _TOKENIZER) if (path / _TOKENIZER).is_file() else {}
    file = path / _IN_FOLDER
    source = _read(file) if file.is_file() else _default(config.get("chat_template"))
    if not source.strip():
        raise _missing(path)
    return GivenTemplate(
        source=_whole(source),
        bos_token=_token(config.get("bos_token")),
        eos_token=_token(config.get("eos_token")),
    )


def _default(template: object) -> str:
    """The template for talking, where a tokenizer has several."""
    if isinstance(template, list):
        named = {one.get("name"): one.get("template") for one in template if isinstance(one, dict)}
        template = named.get("default")
    return template if isinstance(template, str) else ""


def _token(value: object) -> str:
    """A special token, which some files wrap into an object."""
    if isinstance(value, dict):
        value = value.get("content")
    return _whole(value) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """Without halves of characters, which could neither be hashed nor sent."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelNotLoaded(f"{path} is larger than any chat template; name another file.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ModelNotLoaded(
            f"{path} is not a text; --chat-template takes a Jinja file, a .gguf file or a model "
            "folder."
        ) from None


def _missing(path: Path) -> ModelNotLoaded:
    return ModelNotLoaded(
        f"{path} holds no chat template; name another with --chat-template, or leave it out to "
        "send prompts in the plain form."
    )
