"""Whether a PDF still is what its signer signed. Never goes online."""

import io
import logging
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from auditor.proof.certificates import find_stray, find_unvouched, read_certificates
from auditor.proof.cms_container import find_alteration, list_chains
from auditor.proof.signing_key import INSTALL

if TYPE_CHECKING:
    from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus

SignatureKind = Literal["unsigned", "valid", "untrusted", "invalid", "cannot-check"]

SIGNATURE_MARKS = (b"/ByteRange", b"/SigFlags", b"/FT/Sig", b"/FT /Sig", b"/ETSI.CAdES.detached")
"""A signature cannot be compressed, so a signed PDF holds these as they are."""

_UNHEARD = logging.NullHandler()
"""For what the library has to say of a signature: our sentence says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """What is known of a signature."""

    kind: SignatureKind
    """`untrusted`: intact, but nobody who is trusted vouches for the signer."""
    said: str
    """What is known, with a full stop: it follows the name of the file and a colon."""


class _Altered(Exception):
    """What is wrong with a signature."""


def check_pdf_signature(pdf: bytes, *, trusted: tuple[bytes, ...] = ()) -> SignatureCheck:
    """Check the one signature of a PDF, which must cover every byte of the file.

    What was appended after signing counts as a change, even where PDF readers allow it. `trusted`
    are certificates, PEM or DER: the signer's own, or what issued it. Whether one was revoked is
    not asked, because that would go online.

    Raises:
        SignatureRefused: One of `trusted` is no certificate.
    """
    if not any(sign in pdf for sign in SIGNATURE_MARKS):
        return SignatureCheck(kind="unsigned", said="the PDF carries no signature.")
    try:
        import pyhanko.sign.validation.settings  # noqa: F401
        import pyhanko_certvalidator  # noqa: F401
    except ImportError:
        return SignatureCheck(
            kind="cannot-check",
            said=f"the PDF carries a signature; checking it needs the extra `sign`: {INSTALL}.",
        )
    roots = tuple(root for content in trusted for root in read_certificates(content))
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).addHandler(_UNHEARD)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _judge(pdf, roots)
    except _Altered as altered:
        return SignatureCheck(kind="invalid", said=str(altered))
    except Exception:
        # A PDF that was tampered with can make its reader raise anything.
        return SignatureCheck(
            kind="invalid",
            said="the PDF was changed since it was signed: its signature can no longer be read.",
        )


def signer_certificate(pdf: bytes) -> bytes | None:
    """The certificate within a PDF's signature, as DER, unchecked; None where there is none."""
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader

        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        own: bytes = signature.signer_cert.dump()
    except Exception:
        return None
    return own


def _judge(pdf: bytes, roots: tuple[bytes, ...]) -> SignatureCheck:
    from pyhanko.pdf_utils.reader import PdfFileReader

    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if not signatures:
        raise _Altered("the PDF was changed since it was signed: its signature was taken out.")
    if len(signatures) > 1:
        raise _Altered(
            f"the PDF carries {len(signatures)} signatures, and one of them at most can cover the "
            "whole file: it was added to after it was signed."
        )
    signature = signatures[0]
    _refuse_gaps(pdf, signature)
    _refuse_changed_container(signature.pkcs7_content)
    status = _status(signature, roots, None)
    stamp = status.timestamp_validity
    if not (status.intact and status.valid):
        raise _Altered("the PDF was changed since it was signed, or its signature was.")
    if stamp is not None and not (stamp.intact and stamp.valid):
        raise _Altered("the PDF was changed since it was signed: its time stamp was.")
    if stamp is not None and _is_stamped(status) and not status.trusted:
        # The certificate has to have been valid when it was used, which an authority vouches for.
        status = _status(signature, roots, stamp.timestamp)
    return _trust(signature, status, roots)


def _refuse_gaps(pdf: bytes, signature: "EmbeddedPdfSignature") -> None:
    """The signed ranges are all of the file but the signature's own digits, which are all used."""
    start, length, resume, rest = (int(number) for number in signature.byte_range)
    if start != 0 or resume + rest != len(pdf):
        raise _Altered("the PDF was added to after it was signed.")
    gap = pdf[length:resume]
    digits = gap[1:-1]
    if gap[:1] != b"<" or gap[-1:] != b">" or digits not in _spellings(signature.pkcs7_content):
        raise _Altered("the PDF was changed since it was signed: its signature was.")


def _refuse_changed_container(content: bytes) -> None:
    """What the signature does not cover of itself is as it has to be."""
    found = find_alteration(content)
    if found is not None:
        raise _Altered(f"the PDF was changed since it was signed: {found}.")
    for chain in list_chains(content):
        stray = find_stray(chain)
        if stray is not None:
            raise _Altered(
                "the PDF was changed since it was signed: its signature carries a certificate "
                f"that is no issuer of the signer’s, {stray}."
            )


def _spellings(content: bytes) -> tuple[bytes, bytes]:
    return content.hex().encode(), content.hex().upper().encode()


def _status(
    signature: "EmbeddedPdfSignature", roots: tuple[bytes, ...], moment: datetime | None
) -> "PdfSignatureStatus":
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    usage = signature.signer_cert.key_usage_value
    context = ValidationContext(
        trust_roots=[Certificate.load(root) for root in roots],
        allow_fetching=False,
        moment=moment,
    )
    return validate_pdf_signature(
        signature,
        signer_validation_context=context,
        # A certificate that does not say what it is for is for everything (RFC 5280 4.2.1.3).
        key_usage_settings=KeyUsageConstraints(
            key_usage=() if usage is None else {"digital_signature", "non_repudiation"}
        ),
        skip_diff=True,
    )


def _trust(
    signature: "EmbeddedPdfSignature", status: "PdfSignatureStatus", roots: tuple[bytes, ...]
) -> SignatureCheck:
    """Who signed, and whether somebody who is trusted vouches for it."""
    doubt = _doubt(signature, status, roots)
    signed = f"signed by {_signer(signature)}{_when(status)}, and every byte is as it was then"
    if doubt is not None:
        return SignatureCheck(kind="untrusted", said=f"{signed}; but {doubt}.")
    ends: datetime = signature.signer_cert.not_valid_after
    if datetime.now(UTC) > ends and not _is_stamped(status):
        signed += f"; the certificate, which expired on {ends:%Y-%m-%d}, is one that you named"
    return SignatureCheck(kind="valid", said=f"{signed}.")


def _signer(signature: "EmbeddedPdfSignature") -> str:
    from cryptography.x509 import load_der_x509_certificate

    certificate = signature.signer_cert
    subject = load_der_x509_certificate(certificate.dump()).subject.rfc4514_string()
    return f"{subject} (certificate sha256 {certificate.sha256.hex()})"


def _doubt(
    signature: "EmbeddedPdfSignature", status: "PdfSignatureStatus", roots: tuple[bytes, ...]
) -> str | None:
    """Why the signer is not trusted; None where the signer is."""
    certificate, now = signature.signer_cert, datetime.now(UTC)
    ends: datetime = certificate.not_valid_after
    if status.trusted:
        own, *stamps = list_chains(signature.pkcs7_content)
        counted = [own, *stamps] if _is_stamped(status) else [own]
        stranger = next(filter(None, (find_unvouched(chain, roots) for chain in counted)), None)
        if stranger is not None:
            return f"it carries a certificate that nobody vouches for: trust {stranger} too"
        signed = status.signer_reported_dt
        if signed is None or not certificate.not_valid_before <= signed <= ends:
            return "the certificate was not valid at the time that the signer gives"
        return None
    if now > ends:
        return (
            f"the certificate expired on {ends:%Y-%m-%d}, and no time stamp of a trusted authority "
            "shows that it was signed before"
        )
    return (
        "nobody who is trusted vouches for the signer: compare the sha256 with the one that the "
        "signer gave you, and name the certificate with --trust"
    )


def _is_stamped(status: "PdfSignatureStatus") -> bool:
    """Whether an authority that is trusted says when it was signed."""
    return status.timestamp_validity is not None and bool(status.timestamp_validity.trusted)


def _when(status: "PdfSignatureStatus") -> str:
    stamp, said = status.timestamp_validity, status.signer_reported_dt
    if stamp is not None and _is_stamped(status):
        return f" on {stamp.timestamp:%Y-%m-%d}, by a trusted time stamp"
    if said is None:
        return ""
    ignored = " (its time stamp is of an authority that is not trusted)" if stamp else ""
    return f" on {said:%Y-%m-%d}, by the signer’s own clock{ignored}"
