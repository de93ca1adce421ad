"""Puts a PAdES signature into a PDF, in a field that nobody sees."""

import io
from typing import TYPE_CHECKING

from auditor.errors import SignatureRefused
from auditor.proof.pdf_signature import SIGNATURE_MARKS, check_pdf_signature
from auditor.proof.signing_key import INSTALL, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import Signer

FIELD = "AuditorSignature"


def sign_pdf(pdf: bytes, key: SigningKey, *, reason: str, time_stamp_url: str | None) -> bytes:
    """The PDF with one signature over every byte of it: PAdES B-B, or B-T with a time stamp.

    The page content stays byte for byte: the signature is an incremental update. Nothing goes
    online but to `time_stamp_url`. `reason` is shown beside the signature.

    Raises:
        SignatureRefused: The extra is missing, the PDF is signed already or cannot be read, the
            certificate is not for signing, or the time-stamp authority did not answer.
    """
    try:
        import pyhanko.sign  # noqa: F401
    except ImportError:
        raise SignatureRefused(f"Signing a PDF needs the extra `sign`: {INSTALL}.") from None
    if any(sign in pdf for sign in SIGNATURE_MARKS):
        raise SignatureRefused(
            "The PDF is signed already, and a second signature would be an addition that the "
            "first does not cover: make the report again with `auditor report`, then sign it."
        )
    signed = _signed(pdf, key, reason, time_stamp_url)
    trusted = tuple(one.public_bytes(_encoding()) for one in (key.certificate, *key.chain))
    # What a reader's check would say is said before anything is written.
    check = check_pdf_signature(signed, trusted=trusted)
    if check.kind != "valid":
        raise SignatureRefused(f"The signature would not be accepted: {check.said}")
    return signed


def _signed(pdf: bytes, key: SigningKey, reason: str, time_stamp_url: str | None) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import fields, signers

    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, reason=reason
    )
    stamper = None
    if time_stamp_url is not None:
        from auditor.proof.time_stamper import HttpTimeStamper

        stamper = HttpTimeStamper(time_stamp_url)
    # Outside of the page, because PDF/UA wants what is seen to be tagged, and PDF/A forbids to
    # hide it.
    unseen = fields.SigFieldSpec(
        FIELD,
        readable_field_name="Signature",
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        written = signers.sign_pdf(
            writer, metadata, _signer(key), timestamper=stamper, new_field_spec=unseen
        )
    except PdfError as error:
        raise SignatureRefused(f"The PDF cannot be signed: {_plain(error)}.") from None
    except (OSError, TypeError, ValueError) as error:
        # What an authority answers is parsed as it comes; without one this is a bug of ours.
        if time_stamp_url is None:
            raise
        raise SignatureRefused(
            f"The time-stamp authority {time_stamp_url} gave no time stamp ({_plain(error)}): "
            "nothing was signed."
        ) from None
    return bytes(written.getvalue())


def _plain(error: Exception) -> str:
    """What went wrong, on one line, without what a server may have put in for a terminal."""
    said = " ".join(str(error).split())[:200]
    return "".join(character for character in said if character.isprintable()).rstrip(".")


def _signer(key: SigningKey) -> "Signer":
    """The key in the form that pyhanko takes; only in memory."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    for one in key.chain:
        store.register(x509.Certificate.load(one.public_bytes(_encoding())))
    private = key.private.private_bytes(_encoding(), PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.public_bytes(_encoding())),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )


def _encoding() -> "Encoding":
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER
