"""A brand file to how the organisation's reports look: its name, logo, one colour, two lines."""

import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.core.contrast import READABLE, WHITE, contrast, is_colour, readable_on
from auditor.core.presentation import Brand
from auditor.errors import BrandInvalid
from auditor.prompt_library.documents import MAX_BYTES, read_document
from auditor.prompt_library.logo import load_logo, plain_logo

LIMITS = {"name": 80, "footer": 100, "classification": 32}
"""Characters of each line; more would not fit beside what the margins hold anyway."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFile:
    """A brand file as it is written."""

    name: str
    logo: str | None = None
    """Path of a PNG, from the brand file's folder."""
    accent: str | None = ""
    footer: str = ""
    classification: str = ""


def load_brand(path: Path) -> Brand:
    """The brand in a file, its logo made plain and its colour found readable.

    Raises:
        BrandInvalid: the file cannot be read, is no brand, or asks for what a report cannot show.
    """
    where = str(path)
    file = read_document(_read(path), BrandFile, where, BrandInvalid)
    if file.accent is None:
        raise BrandInvalid(
            f'{where}: `accent` is empty; a colour stands in quotes, as in accent: "#005A8C", '
            "because # begins a comment."
        )
    given = Brand(
        name=file.name, accent=file.accent, footer=file.footer, classification=file.classification
    )
    logo = load_logo(path.parent / file.logo) if file.logo else None
    return replace(check_brand(given, where), logo_png=logo)


def check_brand(brand: Brand, where: str) -> Brand:
    """The brand as a report may show it; `where` names its file in messages.

    Also for one that was stored and read again: nobody knows what became of the file in between.

    Raises:
        BrandInvalid: it asks for what a report cannot show.
    """
    name = _line(where, "name", brand.name)
    if not name:
        raise BrandInvalid(f"{where}: `name` is empty; it is what the logo is called, too.")
    return Brand(
        name=name,
        logo_png=plain_logo(brand.logo_png, f"in {where}") if brand.logo_png else None,
        accent=_accent(where, brand.accent),
        footer=_line(where, "footer", brand.footer),
        classification=_line(where, "classification", brand.classification),
    )


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise BrandInvalid(f"The brand {path} is a folder: name the YAML file in it.")
    if not path.is_file():
        raise BrandInvalid(f"There is no brand file {path}.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise BrandInvalid(f"The brand {path} cannot be read: {failure.strerror}.") from None


def _line(where: str, key: str, text: str) -> str:
    """One line of text that a reader sees as it is."""
    line = unicodedata.normalize("NFC", text).strip()
    unseen = next((c for c in line if unicodedata.category(c) in _UNSEEN), None)
    if unseen is not None:
        raise BrandInvalid(
            f"{where}: `{key}` holds the character U+{ord(unseen):04X}, which cannot be seen: "
            "write one plain line."
        )
    if len(line) > LIMITS[key]:
        raise BrandInvalid(
            f"{where}: `{key}` has {len(line)} characters, and at most {LIMITS[key]} have room."
        )
    return line


def _accent(where: str, accent: str) -> str:
    if accent and not is_colour(accent):
        raise BrandInvalid(f'{where}: `accent` is {accent!a}, and must be as in "#005A8C".')
    if accent and contrast(accent, WHITE) < READABLE:
        # Cut, not rounded: 4.499 is not 4.5.
        shown = int(contrast(accent, WHITE) * 100) / 100
        raise BrandInvalid(
            f"{where}: `accent` {accent} has a contrast of {shown:.2f} to 1 on white, and at least "
            f'{READABLE} is needed to be read; "{readable_on(WHITE, accent)}" would do.'
        )
    return accent.upper()
