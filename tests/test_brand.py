"""A brand file is taken whole, or refused in one sentence; its logo becomes plain pixels."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from struct import unpack
from zlib import compress

import pytest
from PIL import Image

from auditor.core.presentation import Brand
from auditor.errors import AuditorError, BrandInvalid
from auditor.prompt_library.brand import LIMITS, check_brand, load_brand
from auditor.prompt_library.logo import MAX_BYTES, MAX_PIXELS, PRINTED_PIXELS, load_logo
from tests.logos import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, SIGNATURE, chunk, header, png

DOCUMENT = Path(__file__).parents[1] / "docs" / "branding.md"
WHOLE = """\
name: Example Bank
logo: pictures/logo.png
accent: "#7a1f5c"
footer: Example Bank AG, Model Risk
classification: Confidential
"""


def written(folder: Path, text: str, logo: bytes | None = None) -> Path:
    path = folder / "brand.yaml"
    path.write_text(text, encoding="utf-8")
    if logo is not None:
        (folder / "pictures").mkdir()
        (folder / "pictures" / "logo.png").write_bytes(logo)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BrandInvalid) as caught:
        load_brand(path)
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert "\n" not in text
    return text


def logo_refusal(folder: Path, data: bytes) -> str:
    return refusal(written(folder, WHOLE, data))


def shown(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def kinds(data: bytes) -> list[bytes]:
    """The kinds of a PNG's chunks."""
    found, at = [], len(SIGNATURE)
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int(unpack(">I", data[at : at + 4])[0])
    return found


def logo(folder: Path, data: bytes) -> bytes:
    path = folder / "logo.png"
    path.write_bytes(data)
    return load_logo(path)


def test_a_whole_brand_is_read(tmp_path: Path) -> None:
    brand = load_brand(written(tmp_path, WHOLE, png()))
    assert brand.name == "Example Bank"
    assert brand.accent == "#7A1F5C"
    assert brand.footer == "Example Bank AG, Model Risk"
    assert brand.classification == "Confidential"
    assert brand.logo_png is not None
    assert brand.logo_png.startswith(SIGNATURE)


def test_a_name_alone_is_a_brand(tmp_path: Path) -> None:
    assert load_brand(written(tmp_path, "name: ' Zürich  '\n")) == Brand(name="Zürich")


def test_the_documented_example_is_a_brand(tmp_path: Path) -> None:
    example = DOCUMENT.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    path = written(tmp_path, example)
    (tmp_path / "logo.png").write_bytes(png())
    brand = load_brand(path)
    assert all((brand.name, brand.logo_png, brand.accent, brand.footer, brand.classification))


def test_a_checked_brand_stays_as_it_is(tmp_path: Path) -> None:
    brand = load_brand(written(tmp_path, WHOLE, png(64, 32, colour=RGBA)))
    assert check_brand(brand, "presentation.json") == brand


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"footer": "a\nb"},
        {"accent": "#777777"},
        {"accent": "red"},
        {"classification": "A" * 33},
        {"logo_png": b"<svg/>"},
        {"logo_png": png()[:-2]},
        {"logo_png": png(1, 5000)},
    ],
)
def test_a_stored_brand_that_was_changed_is_refused(
    change: dict[str, str | bytes], tmp_path: Path
) -> None:
    brand = load_brand(written(tmp_path, WHOLE, png()))
    with pytest.raises(BrandInvalid, match="presentation"):
        check_brand(replace(brand, **change), "presentation.json")  # type: ignore[arg-type]


def test_a_brand_is_refused_as_a_user_can_mend_it() -> None:
    """Exit code 2."""
    assert issubclass(BrandInvalid, AuditorError)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: A\nlogos: x.png\n", "unknown key `logos`; did you mean `logo`?"),
        ("name: A\npass: '#000000'\n", "unknown key `pass`"),
        ("name: A\nname: B\n", "the key `name` is given twice"),
        ("footer: A\n", "missing required field `name`"),
        ("name: 3\n", "Expected `str`, got `int`"),
        ("name: '  '\n", "`name` is empty"),
        ("", "is empty"),
        ("- name\n", "Expected `object`"),
        ("name: A\naccent: #005A8C\n", "a colour stands in quotes"),
        ("name: A\naccent: blue\n", "`accent` is 'blue'"),
        ("name: A\naccent: '#05A'\n", "`accent` is '#05A'"),
        ("name: A\naccent: '#005A8C} *{}'\n", "`accent` is"),
        ("name: A\naccent: '#777777'\n", "a contrast of 4.47 to 1 on white"),
        ("name: A\naccent: '#FFFFFF'\n", "a contrast of 1.00 to 1 on white"),
        ("name: A\nfooter: \"a\\x07b\"\n", "`footer` holds the character U+0007"),
        ("name: A\nfooter: |\n  one\n  two\n", "`footer` holds the character U+000A"),
        ('name: "A\\u202EB"\n', "`name` holds the character U+202E"),
        ("name: A\nclassification: \"\\ud800\"\n", "brand.yaml"),
        (f"name: {'A' * (LIMITS['name'] + 1)}\n", "`name` has 81 characters, and at most 80"),
        (f"name: A\nfooter: {'A' * 101}\n", "`footer` has 101 characters"),
        (f"name: A\nclassification: {'A' * 33}\n", "`classification` has 33 characters"),
        ("name: A\nlogo: absent.png\n", "absent.png: its place is told from the brand file"),
        ("name: A\nlogo: .\n", "is a folder: name the PNG in it"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(written(tmp_path, text))


def test_the_shade_that_is_offered_is_taken(tmp_path: Path) -> None:
    said = refusal(written(tmp_path, "name: A\naccent: '#FF8800'\n"))
    offered = said.partition('; "')[2].partition('"')[0]
    assert load_brand(written(tmp_path, f"name: A\naccent: '{offered}'\n")).accent == offered


def test_a_brand_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "There is no brand file" in refusal(tmp_path / "absent.yaml")
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG, which can load files and run"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><svg/>", "an SVG"),
        (b"<html></html>", "text, not a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG, which blurs"),
        (b"GIF89a", "a GIF"),
        (b"%PDF-1.7", "a PDF"),
        (b"RIFF\x00\x00\x00\x00WEBP", "a WebP"),
        (b"", "empty"),
        (b"\x00\x01", "not a PNG"),
    ],
)
def test_another_format_is_refused_by_its_name(data: bytes, said: str, tmp_path: Path) -> None:
    text = logo_refusal(tmp_path, data)
    assert said in text
    assert "save it as a PNG" in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png()[:-1], "is cut off"),
        (png()[:-12], "is cut off"),
        (png()[:40], "is cut off"),
        (SIGNATURE, "is cut off"),
        (png().replace(b"IDAT", b"IDAX"), "is damaged (checksum)"),
        (png()[:-20] + b"\x00" + png()[-19:], "is damaged (checksum)"),
        (SIGNATURE + header(0, 4) + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + chunk(b"IHDR", b"\x00") + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + header(4, 4) + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + chunk(b"IDAT", b"") + header(4, 4) + chunk(b"IEND", b""), "is damaged"),
        (
            SIGNATURE + header(4, 4) + header(9999, 4) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
            "is damaged",
        ),
        (
            SIGNATURE + header(4, 8) + chunk(b"IDAT", b"not deflated") + chunk(b"IEND", b""),
            "is damaged",
        ),
        (SIGNATURE + header(4, 4, depth=3) + chunk(b"IEND", b""), "is damaged"),
        (png(MAX_PIXELS + 1, 1), "has 2001 × 1 pixels: at most 2000"),
        (png(1, 100_000), "has 1 × 100000 pixels"),
        (png(after=(chunk(b"tEXt", b"x" * MAX_BYTES),)), "is larger than 500 kB"),
    ],
)  # fmt: skip
def test_an_unsound_or_large_picture_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    assert said in logo_refusal(tmp_path, data)


def test_a_logo_of_the_largest_size_is_taken_and_brought_down(tmp_path: Path) -> None:
    made = shown(logo(tmp_path, png(MAX_PIXELS, 500)))
    assert made.size == (PRINTED_PIXELS, PRINTED_PIXELS // 4)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(), (0x20, 0x40, 0x60)),
        (png(depth=16, pixel=b"\x20\x00\x40\x00\x60\x00"), (0x20, 0x40, 0x60)),
        (png(colour=GREY), (0x20, 0x20, 0x20)),
        # Pillow alone would make 255 of each of these.
        (png(colour=GREY, depth=16, pixel=b"\x20\x20"), (0x20, 0x20, 0x20)),
        (
            png(colour=GREY, depth=16, pixel=b"\x20\x20", before=(chunk(b"tRNS", b"\x20\x20"),)),
            (255, 255, 255),
        ),
        (png(colour=GREY_ALPHA, pixel=b"\x00\x00"), (255, 255, 255)),
        (png(colour=GREY_ALPHA, depth=16, pixel=b"\x00\x00\xff\xff"), (0, 0, 0)),
        (png(colour=RGBA, pixel=b"\x00\x00\x00\x00"), (255, 255, 255)),
        (png(colour=RGBA, pixel=b"\x00\x00\x00\x80"), (127, 127, 127)),
        (png(colour=RGBA, depth=16, pixel=b"\x10\x00\x20\x00\x30\x00\xff\xff"), (16, 32, 48)),
        (png(before=(chunk(b"tRNS", b"\x00\x20\x00\x40\x00\x60"),)), (255, 255, 255)),
        (png(colour=PALETTE, pixel=b"\x01", before=(chunk(b"PLTE", b"abcdef"),)), tuple(b"def")),
        (
            png(
                colour=PALETTE,
                pixel=b"\x01",
                before=(chunk(b"PLTE", b"abcdef"), chunk(b"tRNS", b"\xff\x00")),
            ),
            (255, 255, 255),
        ),
    ],
)
def test_every_kind_becomes_8_bit_rgb_on_white(
    data: bytes, expected: tuple[int, ...], tmp_path: Path
) -> None:
    made = logo(tmp_path, data)
    picture = shown(made)
    assert (picture.mode, picture.size) == ("RGB", (4, 3))
    assert {picture.getpixel((x, y)) for x in range(4) for y in range(3)} == {expected}
    assert set(kinds(made)) == {b"IHDR", b"IDAT", b"IEND"}
    # Bit depth 8, colour type RGB, not interlaced.
    assert (made[24], made[25], made[28]) == (8, RGB, 0)


def test_an_interlaced_picture_is_made_plain(tmp_path: Path) -> None:
    # The one pixel of a 1 × 1 picture is the first pass of Adam7.
    rows = compress(b"\x00\x01\x02\x03")
    data = SIGNATURE + header(1, 1, laced=1) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    made = logo(tmp_path, data)
    assert made[28] == 0
    assert shown(made).getpixel((0, 0)) == (1, 2, 3)


def test_nothing_but_pixels_gets_through(tmp_path: Path) -> None:
    """Not a word of metadata, nor what follows the end; and no bomb is unpacked on the way."""
    bomb = compress(b"\x00" * 50_000_000)
    extras = (
        chunk(b"tEXt", b"Author\x00Jane Secret"),
        chunk(b"zTXt", b"Comment\x00\x00" + bomb),
        chunk(b"iCCP", b"profile\x00\x00" + bomb),
        chunk(b"eXIf", b"II*\x00secret"),
        chunk(b"acTL", b"\x00\x00\x00\x02\x00\x00\x00\x00"),
    )
    made = logo(tmp_path, png(before=extras) + b"secret tail")
    assert made == logo(tmp_path, png())
    assert b"ecret" not in made


def test_the_same_file_becomes_the_same_bytes(tmp_path: Path) -> None:
    data = png(64, 32, colour=RGBA, pixel=b"\x10\x20\x30\x80")
    assert logo(tmp_path, data) == logo(tmp_path, data)
