"""Keys, certificates and small PDFs that are made for a test and thrown away with it."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from pypdf import PdfWriter

from auditor.proof.pdf_signing import sign_pdf
from auditor.proof.signing_key import KeySource, SigningKey, load_signing_key

if TYPE_CHECKING:
    from auditor.proof.signing_key import PrivateKey

Kind = Literal["rsa", "ec", "ed25519"]
KINDS: tuple[Kind, ...] = ("rsa", "ec", "ed25519")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Somebody with a key and a certificate."""

    private: "PrivateKey"
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def sha256(self) -> str:
        """Of the certificate."""
        return self.certificate.fingerprint(SHA256()).hex()

    def key_pem(self, passphrase: bytes | None = None) -> bytes:
        """The private key, locked if there is a passphrase."""
        lock: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            lock = BestAvailableEncryption(passphrase)
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def make_signer(
    name: str = "J. Doe",
    kind: Kind = "ec",
    *,
    issuer: Signer | None = None,
    is_authority: bool = False,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 30 * DAY,
) -> Signer:
    """A new key, with a certificate that `issuer` has signed; self-signed without one."""
    private = _new_key(kind)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    by = issuer.private if issuer else private
    digest = None if isinstance(by, ed25519.Ed25519PrivateKey) else SHA256()
    return Signer(private=private, certificate=builder.sign(by, digest))


def _new_key(kind: Kind) -> "PrivateKey":
    match kind:
        case "rsa":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()


def signing_key(signer: Signer, *chain: Signer) -> SigningKey:
    """As it is loaded from a signer's files."""
    return SigningKey(
        private=signer.private,
        certificate=signer.certificate,
        chain=tuple(one.certificate for one in chain),
    )


def write_signer(signer: Signer, folder: Path, passphrase: bytes | None = None) -> KeySource:
    """The signer's files."""
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / "key.pem", folder / "cert.pem"
    key.write_bytes(signer.key_pem(passphrase))
    certificate.write_bytes(signer.pem)
    return KeySource(key=key, certificate=certificate, passphrase=passphrase)


def loaded(source: KeySource, now: datetime = NOW) -> SigningKey:
    return load_signing_key(source, now=now)


def small_pdf() -> bytes:
    """One empty page; a check of it takes a hundredth of a second."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def signed_pdf(signer: Signer, *chain: Signer, time_stamp_url: str | None = None) -> bytes:
    return sign_pdf(
        small_pdf(),
        signing_key(signer, *chain),
        reason="auditor run of a test",
        time_stamp_url=time_stamp_url,
    )
