"""The font files that the report brings along, so that no system font changes a byte of it.

They come with matplotlib: DejaVu (Bitstream Vera licence) and STIX (SIL Open Font Licence).
"""

from importlib.util import find_spec
from pathlib import Path

FACES: tuple[tuple[str, str, str, str], ...] = (
    ("Audit Sans", "normal", "normal", "DejaVuSans.ttf"),
    ("Audit Sans", "bold", "normal", "DejaVuSans-Bold.ttf"),
    ("Audit Serif", "normal", "normal", "STIXGeneral.ttf"),
    ("Audit Serif", "bold", "normal", "STIXGeneralBol.ttf"),
    ("Audit Mono", "normal", "normal", "DejaVuSansMono.ttf"),
)
"""Family, weight, style, file."""


def font_folder() -> Path:
    """Where the files are, found without importing matplotlib.

    Raises:
        FileNotFoundError: matplotlib is not installed.
    """
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("matplotlib, which carries the report's fonts, is not installed")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def font_urls() -> dict[str, Path]:
    """The file behind each `asset:` URL."""
    folder = font_folder()
    return {_url(file): folder / file for _, _, _, file in FACES}


def font_faces() -> str:
    """The CSS that names the files as families."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{_url(file)}"); }}'
        for family, weight, style, file in FACES
    )


def _url(file: str) -> str:
    return f"asset:{file.removesuffix('.ttf').lower()}"
