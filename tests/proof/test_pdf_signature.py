"""A signed PDF is what its signer signed, to the byte, or the check says that it is not."""

import io
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pypdf import PdfReader

from auditor.errors import SignatureRefused
from auditor.proof.pdf_signature import check_pdf_signature, signer_certificate
from auditor.proof.pdf_signing import sign_pdf
from tests.proof.signers import (
    DAY,
    KINDS,
    NOW,
    Kind,
    Signer,
    make_signer,
    signed_pdf,
    signing_key,
    small_pdf,
    write_signer,
)

SIGNER = make_signer()
STEP = 17
"""Every so many bytes of a file one is changed; prime, so that no pattern hides."""


@pytest.fixture(scope="module")
def signed() -> bytes:
    return signed_pdf(SIGNER)


@pytest.fixture(scope="module")
def authority() -> tuple[Signer, Signer]:
    """A root, and who issues certificates for it."""
    root = make_signer("Root", is_authority=True)
    return root, make_signer("Issuer", issuer=root, is_authority=True)


def kind_of(pdf: bytes, *trusted: Signer) -> str:
    return check_pdf_signature(pdf, trusted=tuple(one.pem for one in trusted)).kind


def digits_of(pdf: bytes) -> range:
    """Where the signature's own hexadecimal digits stand."""
    found = re.search(rb"<([0-9a-fA-F]{400,})>", pdf)
    assert found is not None
    return range(found.start(1), found.end(1))


def used_digits(pdf: bytes) -> range:
    """Those of them that are not there to fill up."""
    digits = digits_of(pdf)
    used = pdf[digits.start : digits.stop].rstrip(b"0")
    return range(digits.start, digits.start + len(used))


def with_digit(pdf: bytes, place: int, flip: int = 1) -> bytes:
    """Another digit in the signature, as upper or lower case as it was."""
    digit = int(chr(pdf[place]), 16) ^ flip
    written = f"{digit:X}" if pdf[digits_of(pdf).start :][:400].isupper() else f"{digit:x}"
    return pdf[:place] + written.encode() + pdf[place + 1 :]


def with_byte(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_signed_is_valid_for_who_trusts_the_signer(kind: Kind) -> None:
    signer = make_signer("Jane Doe", kind)
    check = check_pdf_signature(signed_pdf(signer), trusted=(signer.pem,))
    assert check.kind == "valid"
    assert "CN=Jane Doe" in check.said
    assert signer.sha256 in check.said


def test_a_signer_nobody_vouches_for_is_named_and_not_trusted(signed: bytes) -> None:
    check = check_pdf_signature(signed)
    assert check.kind == "untrusted"
    assert "CN=J. Doe" in check.said
    assert SIGNER.sha256 in check.said


def test_another_signer_of_the_same_name_is_not_trusted(signed: bytes) -> None:
    assert kind_of(signed, make_signer()) == "untrusted"


def test_a_certificate_is_taken_as_pem_and_as_der(signed: bytes) -> None:
    own = signer_certificate(signed)
    assert own is not None
    assert check_pdf_signature(signed, trusted=(own,)).kind == "valid"
    with pytest.raises(SignatureRefused, match="certificate"):
        check_pdf_signature(signed, trusted=(b"no certificate",))


def test_a_pdf_without_a_signature_is_unsigned() -> None:
    assert kind_of(small_pdf(), SIGNER) == "unsigned"
    assert signer_certificate(small_pdf()) is None


def test_every_changed_byte_of_the_signed_ranges_is_seen(signed: bytes) -> None:
    digits = digits_of(signed)
    places = [place for place in range(0, len(signed), STEP) if place not in digits]
    places += [digits.start - 1, digits.stop, len(signed) - 1]
    seen = {place: kind_of(with_byte(signed, place), SIGNER) for place in places}
    assert len(places) > 100
    assert {place: kind for place, kind in seen.items() if kind != "invalid"} == {}


def test_changed_digits_of_the_signature_itself_are_seen(signed: bytes) -> None:
    used = used_digits(signed)
    places = [*used[:100:3], *used[100::11], *range(used.stop, digits_of(signed).stop, 97)]
    seen = {place: kind_of(with_digit(signed, place), SIGNER) for place in places}
    assert len(places) > 150
    assert {place: kind for place, kind in seen.items() if kind != "invalid"} == {}


@pytest.mark.slow
@pytest.mark.one_thread
def test_every_digit_of_a_signature_with_its_chain_counts(
    authority: tuple[Signer, Signer],
) -> None:
    """Certificates of issuers are not covered by the signature: their issuers cover them.

    A root whose issuer's name was changed looks like one that another root has issued.
    """
    root, issuer = authority
    pdf = signed_pdf(make_signer(issuer=issuer), issuer, root)
    assert kind_of(pdf, root) == "valid"
    seen = [(place, kind_of(with_digit(pdf, place), root)) for place in used_digits(pdf)[::2]]
    assert len(seen) > 1000
    kinds = Counter(kind for _, kind in seen)
    assert kinds["valid"] == 0
    assert kinds["untrusted"] < 30
    assert kinds["invalid"] + kinds["untrusted"] == len(seen)


def test_the_case_of_a_digit_counts(signed: bytes) -> None:
    place = next(p for p in used_digits(signed) if signed[p : p + 1].isalpha())
    swapped = signed[:place] + signed[place : place + 1].swapcase() + signed[place + 1 :]
    assert kind_of(swapped, SIGNER) == "invalid"


def test_what_is_appended_after_signing_is_a_change(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = pdf_string("en")
    writer.update_root()
    updated = io.BytesIO()
    writer.write(updated)
    assert updated.getvalue().startswith(signed)
    for appended in (updated.getvalue(), signed + b"\n", signed + b"%%EOF"):
        assert kind_of(appended, SIGNER) == "invalid"


def countersigned(pdf: bytes, folder: Path) -> bytes:
    """Signed once more, by another tool."""
    source = write_signer(make_signer("Somebody else"), folder)
    other = signers.SimpleSigner.load(str(source.key), str(source.certificate))
    assert other is not None
    written = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), PdfSignatureMetadata(field_name="Other"), other
    )
    return bytes(written.getvalue())


def test_a_second_signature_is_a_change(signed: bytes, tmp_path: Path) -> None:
    with pytest.raises(SignatureRefused, match="signed already"):
        sign_pdf(signed, signing_key(SIGNER), reason="again", time_stamp_url=None)
    assert kind_of(countersigned(signed, tmp_path), SIGNER) == "invalid"


def test_a_signature_taken_out_leaves_its_marks(signed: bytes) -> None:
    unfielded = signed.replace(b"/AcroForm", b"/AcroFern")
    assert unfielded != signed
    assert kind_of(unfielded, SIGNER) == "invalid"


def test_a_cut_file_is_invalid(signed: bytes) -> None:
    assert {kind_of(signed[:-n], SIGNER) for n in (1, 10, 300)} == {"invalid"}


def test_who_trusts_the_root_trusts_whom_it_vouches_for(authority: tuple[Signer, Signer]) -> None:
    root, issuer = authority
    leaf = make_signer(issuer=issuer)
    pdf = signed_pdf(leaf, issuer, root)
    for trusted in ((root,), (issuer, root), (leaf, root)):
        assert kind_of(pdf, *trusted) == "valid"
    assert kind_of(pdf, make_signer("Root", is_authority=True)) == "untrusted"
    own = signer_certificate(pdf)
    assert own is not None
    assert check_pdf_signature(pdf, trusted=(own,)).kind == "valid"


def test_a_chain_without_its_root_asks_for_the_root(authority: tuple[Signer, Signer]) -> None:
    root, issuer = authority
    leaf = make_signer(issuer=issuer)
    pdf = signed_pdf(leaf, issuer)
    assert kind_of(pdf, root) == "valid"
    check = check_pdf_signature(pdf, trusted=(leaf.pem,))
    assert check.kind == "untrusted"
    assert "trust CN=Issuer too" in check.said


def test_a_certificate_that_is_nobodys_issuer_is_refused_before_it_is_written() -> None:
    with pytest.raises(SignatureRefused, match="no issuer of the signer"):
        signed_pdf(SIGNER, make_signer("Stranger"))


def test_the_signing_time_lies_within_the_certificates_dates() -> None:
    late = make_signer(begins=NOW - 9 * DAY, ends=NOW - DAY)
    with pytest.raises(SignatureRefused, match="not valid at the time"):
        signed_pdf(late)


def test_the_pages_stay_and_the_field_is_unseen(signed: bytes) -> None:
    assert signed.startswith(small_pdf())
    annotations = PdfReader(io.BytesIO(signed)).pages[0].annotations
    assert annotations is not None
    (field,) = (one.get_object() for one in annotations)
    assert field["/FT"] == "/Sig"
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    assert (right - left, top - bottom) == (0, 0)
    assert max(left, bottom) < 0


WITHOUT_THE_EXTRA = """
import sys
from pathlib import Path
sys.modules["pyhanko"] = None
from auditor.proof.pdf_signature import check_pdf_signature
for path in sys.argv[1:]:
    check = check_pdf_signature(Path(path).read_bytes())
    print(check.kind, check.said)
"""


def test_without_the_extra_it_says_how_to_install_it(signed: bytes, tmp_path: Path) -> None:
    for name, content in (("plain", small_pdf()), ("signed", signed)):
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA, tmp_path / "plain", tmp_path / "signed"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    plain, said = done.stdout.splitlines()
    assert plain.startswith("unsigned")
    assert said.startswith("cannot-check")
    assert "pip install 'auditor[sign]'" in said
