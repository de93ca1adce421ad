"""Certificates as files and signatures hold them, and who vouches for their bytes."""

from typing import TYPE_CHECKING

from auditor.errors import SignatureRefused

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def read_certificates(content: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM file, one or several, or of a DER file; each as DER.

    Raises:
        SignatureRefused: It holds none.
    """
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        if b"-----BEGIN" in content:
            found = load_pem_x509_certificates(content)
        else:
            found = [load_der_x509_certificate(content)]
    except ValueError:
        raise SignatureRefused(
            "A trusted certificate cannot be read: name a certificate in PEM or DER form."
        ) from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def find_stray(chain: tuple[bytes, ...]) -> str | None:
    """The subject of a certificate beside a signer's that is none of its issuers.

    `chain` begins with the signer's. A certificate that was changed is no issuer any more: its
    name, its key or its own signature no longer fits.
    """
    linked, left = _linked(chain)
    last = linked[-1]
    if len(linked) > 1 and last.issuer == last.subject and not _issued(last, last):
        left.append(last)
    return left[0].subject.rfc4514_string() if left else None


def find_unvouched(chain: tuple[bytes, ...], roots: tuple[bytes, ...]) -> str | None:
    """The subject of a chain's last certificate, if nobody at hand has signed it.

    The signer's own is bound by the signature itself, so a chain of one needs nobody.
    """
    from cryptography.x509 import load_der_x509_certificate

    last = _linked(chain)[0][-1]
    trusted = [load_der_x509_certificate(root) for root in roots]
    if len(chain) == 1 or last in trusted:
        return None
    if any(_issued(issuer, last) for issuer in (last, *trusted)):
        return None
    return last.subject.rfc4514_string()


def _linked(chain: tuple[bytes, ...]) -> "tuple[list[Certificate], list[Certificate]]":
    """From the signer's certificate from issuer to issuer; and those that are left over."""
    from cryptography.x509 import load_der_x509_certificate

    signer, *left = (load_der_x509_certificate(one) for one in chain)
    linked = [signer]
    while issuer := next((one for one in left if _issued(one, linked[-1])), None):
        linked.append(issuer)
        left.remove(issuer)
    return linked, left


def _issued(issuer: "Certificate", certificate: "Certificate") -> bool:
    from asn1crypto.x509 import Certificate as Parsed
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.serialization import Encoding

    encoded = Parsed.load(certificate.public_bytes(Encoding.DER))["signature_value"].contents
    if encoded[:1] != b"\0":
        # Bits that do not count could be any, and verifying would not tell.
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
