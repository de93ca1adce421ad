"""A logo from a file: a checked PNG, made anew as plain pixels.

Only PNG is taken: an SVG can load, run and grow, and every further format is a parser more. What
comes out is 8-bit RGB on white, not interlaced and without metadata: PDF/A allows it everywhere,
and nothing that a camera or an editor wrote into the file gets into a report.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import unpack
from typing import Any
from zlib import crc32

from auditor.errors import BrandInvalid

MAX_BYTES = 500_000
MAX_PIXELS = 2000
"""Of either side."""
PRINTED_PIXELS = 900
"""Of the longer side, to which a larger logo is brought down: 300 to an inch where it is widest."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""Chunks that make the picture; all others are dropped before anything reads them."""
_OTHERS = (
    (b"\xff\xd8\xff", "a JPEG, which blurs the edges of a logo"),
    (b"GIF8", "a GIF"),
    (b"RIFF", "a WebP"),
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"II*\x00", "a TIFF"),
    (b"MM\x00*", "a TIFF"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    kind: bytes
    content: bytes
    whole: bytes
    """With its length and checksum, as in the file."""


def load_logo(path: Path) -> bytes:
    """The logo in a file as a PNG of 8-bit RGB on white.

    Raises:
        BrandInvalid: there is no such file, it is no sound PNG, or it is too large.
    """
    return plain_logo(_read(path), str(path))


def plain_logo(data: bytes, where: str) -> bytes:
    """The picture as a PNG of 8-bit RGB on white; the same bytes for the same picture.

    Raises:
        BrandInvalid: it is no sound PNG, or has too many pixels.
    """
    if not data.startswith(_SIGNATURE):
        raise BrandInvalid(f"The logo {where} is {_what(data)}: save it as a PNG.")
    chunks = [chunk for chunk in _chunks(data, where) if chunk.kind in _NEEDED]
    _check_header(chunks, where)
    return _redrawn(_SIGNATURE + b"".join(chunk.whole for chunk in chunks), where)


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise BrandInvalid(f"The logo {path} is a folder: name the PNG in it.")
    if not path.is_file():
        raise BrandInvalid(f"There is no logo {path}: its place is told from the brand file.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise BrandInvalid(f"The logo {path} cannot be read: {failure.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise BrandInvalid(
            f"The logo {path} is larger than {MAX_BYTES // 1000} kB: save it with fewer pixels."
        )
    return data


def _what(data: bytes) -> str:
    """What a file that is no PNG is, and why that is not taken."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        is_svg = b"<svg" in start
        return "an SVG, which can load files and run scripts" if is_svg else "text, not a picture"
    known = (name for magic, name in _OTHERS if data.startswith(magic))
    return next(known, "not a PNG" if data else "empty")


def _chunks(data: bytes, where: str) -> Iterator[_Chunk]:
    """Every chunk up to the last, its checksum compared."""
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        head = data[at : at + 8]
        end = at + 12 + int.from_bytes(head[:4], "big")
        if len(head) < 8 or end > len(data):
            raise BrandInvalid(f"The logo {where} is cut off: copy the file again.")
        kind, content = head[4:], data[at + 8 : end - 4]
        if crc32(kind + content) != int.from_bytes(data[end - 4 : end], "big"):
            raise BrandInvalid(f"The logo {where} is damaged (checksum): copy the file again.")
        yield _Chunk(kind=kind, content=content, whole=data[at:end])
        at = end


def _check_header(chunks: list[_Chunk], where: str) -> None:
    """Before anything is unpacked: what the picture says of itself."""
    if not chunks or chunks[0].kind != b"IHDR" or len(chunks[0].content) != 13:
        raise _damaged(where)
    if sum(chunk.kind == b"IHDR" for chunk in chunks) > 1:
        raise _damaged(where)
    width, height = unpack(">II", chunks[0].content[:8])
    if not width or not height:
        raise _damaged(where)
    if max(width, height) > MAX_PIXELS:
        raise BrandInvalid(
            f"The logo {where} has {width} × {height} pixels: at most {MAX_PIXELS} a side are read."
        )


def _redrawn(data: bytes, where: str) -> bytes:
    """The picture on white, drawn anew."""
    # Here and not above: drawing is needed for a brand alone.
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as image:
            image.load()
            plain = _flat(image)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise _damaged(where) from None
    plain.thumbnail((PRINTED_PIXELS, PRINTED_PIXELS), Image.Resampling.LANCZOS)
    out = BytesIO()
    plain.save(out, format="PNG", compress_level=9)
    return out.getvalue()


def _flat(image: Any) -> Any:
    """8-bit RGB; what shines through is white."""
    from PIL import Image

    if image.mode.startswith("I"):
        # Pillow would cut 16-bit grey off at 255 instead of scaling it.
        image = _grey_of_16_bit(image)
    layered = image.convert("RGBA")
    plain = Image.new("RGB", layered.size, "white")
    plain.paste(layered, mask=layered.getchannel("A"))
    return plain


def _grey_of_16_bit(image: Any) -> Any:
    import numpy as np
    from PIL import Image

    grey = np.asarray(image).astype(np.uint32)
    clear = image.info.get("transparency")
    opacity = np.full(grey.shape, 255) if clear is None else np.where(grey == clear, 0, 255)
    shades = (grey // 257, opacity)
    return Image.merge("LA", [Image.fromarray(each.astype(np.uint8)) for each in shades])


def _damaged(where: str) -> BrandInvalid:
    return BrandInvalid(f"The logo {where} is damaged: export it anew as a PNG.")
