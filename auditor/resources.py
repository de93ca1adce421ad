"""Find the shipped templates and prompts, in an installed wheel or in a checkout."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def data_root() -> Traversable:
    """The folder that holds `templates/` and `prompts/`.

    A checkout wins over `_data`, because an editable install leaves a dead copy there.
    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "prompts").is_dir():
        return checkout
    packaged = files("auditor") / "_data"
    if packaged.is_dir():
        return packaged
    raise FileNotFoundError("auditor was installed without its templates and prompts")


def read_text(*parts: str) -> str:
    """The text of one shipped file, as in `read_text("prompts", "battery.yaml")`."""
    return data_root().joinpath(*parts).read_text(encoding="utf-8")
