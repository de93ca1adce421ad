"""PNG files as an organisation could hand them in: written by hand, chunk by chunk."""

from struct import pack
from zlib import compress, crc32

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))


def header(width: int, height: int, *, depth: int = 8, colour: int = RGB, laced: int = 0) -> bytes:
    return chunk(b"IHDR", pack(">IIBBBBB", width, height, depth, colour, 0, 0, laced))


def png(
    width: int = 4,
    height: int = 3,
    *,
    depth: int = 8,
    colour: int = RGB,
    pixel: bytes = b"",
    before: tuple[bytes, ...] = (),
    after: tuple[bytes, ...] = (),
) -> bytes:
    """A picture of one colour; `pixel` are the bytes of one of its pixels."""
    one = pixel or b"\x20\x40\x60\x80"[: _CHANNELS[colour]] * (depth // 8)
    rows = (b"\x00" + one * width) * height
    return b"".join(
        [
            SIGNATURE,
            header(width, height, depth=depth, colour=colour),
            *before,
            chunk(b"IDAT", compress(rows)),
            *after,
            chunk(b"IEND", b""),
        ]
    )
