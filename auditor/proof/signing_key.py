"""The signer's key and certificate, as the signer's own files hold them. Never kept, never shown.

Raises are `SignatureRefused`: one sentence that names the file and never what is in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from auditor.errors import SignatureRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

    PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey

INSTALL = "pip install 'auditor[sign]'"
LEAST_RSA_BITS = 2048

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """Where the signer keeps the key: two PEM files, or one PKCS#12 file."""

    key: Path | None = None
    certificate: Path | None = None
    """PEM; further certificates in it are taken as part of the chain."""
    chain: Path | None = None
    """PEM, the certificates between the signer's and the root."""
    pkcs12: Path | None = None
    passphrase: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key with its certificate, found to belong together and to be valid now."""

    private: "PrivateKey" = field(repr=False)
    certificate: "Certificate"
    chain: tuple["Certificate", ...]

    @property
    def certificate_sha256(self) -> str:
        """Of the certificate's DER bytes."""
        from cryptography.hazmat.primitives.hashes import SHA256

        return self.certificate.fingerprint(SHA256()).hex()

    @property
    def subject(self) -> str:
        """As RFC 4514 writes it."""
        return self.certificate.subject.rfc4514_string()


def load_signing_key(source: KeySource, *, now: datetime) -> SigningKey:
    """Read the key and its certificate, and refuse what would make a worthless signature.

    Raises:
        SignatureRefused: The extra is missing, a file cannot be read, the passphrase is wrong, the
            key does not belong to the certificate, or the certificate is not valid now.
    """
    require_cryptography()
    private, certificate, chain = _from_pkcs12(source) if source.pkcs12 else _from_pem(source)
    _refuse_stranger(private, certificate)
    _refuse_outdated(certificate, now)
    return SigningKey(private=private, certificate=certificate, chain=chain)


def require_cryptography() -> None:
    """Refuse to go on without the extra.

    Raises:
        SignatureRefused: It is not installed.
    """
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise SignatureRefused(f"Signing needs the extra `sign`: {INSTALL}.") from None


def _from_pem(
    source: KeySource,
) -> "tuple[PrivateKey, Certificate, tuple[Certificate, ...]]":
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificates

    if source.key is None or source.certificate is None:
        raise SignatureRefused("Name both --key and --cert, or one --pkcs12 file.")
    pem = _read(source.key)
    private = _unlocked(
        source.key, source, lambda passphrase: load_pem_private_key(pem, passphrase)
    )
    own, *further = _certificates(source.certificate, load_pem_x509_certificates)
    if source.chain is not None:
        further += _certificates(source.chain, load_pem_x509_certificates)
    return _supported(private, source.key), own, tuple(further)


def _from_pkcs12(
    source: KeySource,
) -> "tuple[PrivateKey, Certificate, tuple[Certificate, ...]]":
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    path = source.pkcs12
    assert path is not None
    content = _read(path)
    bundle = _unlocked(path, source, lambda passphrase: load_pkcs12(content, passphrase))
    if bundle.key is None or bundle.cert is None:
        raise SignatureRefused(f"{path} holds no key with its certificate: export it with both.")
    further = tuple(one.certificate for one in bundle.additional_certs)
    return _supported(bundle.key, path), bundle.cert.certificate, further


def _unlocked(path: Path, source: KeySource, load: Callable[[bytes | None], T]) -> T:
    """What is in a file that a passphrase may lock."""
    # The library says as much of a wrong passphrase as of a damaged file, and in words of its own.
    try:
        return load(source.passphrase)
    except TypeError:
        if source.passphrase is None:
            raise SignatureRefused(
                f"{path} is locked with a passphrase: put it into an environment variable and "
                "name that with --passphrase-env."
            ) from None
        # The file has no passphrase, though one was given.
        return _unlocked(path, KeySource(), load)
    except Exception:
        raise SignatureRefused(
            f"{path} cannot be opened: the passphrase is wrong, or it is no private key of the "
            "kind that the option names."
        ) from None


def _supported(private: object, path: Path) -> "PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    match private:
        case RSAPrivateKey() if private.key_size < LEAST_RSA_BITS:
            raise SignatureRefused(
                f"{path} is an RSA key of {private.key_size} bits: use one of at least "
                f"{LEAST_RSA_BITS}."
            )
        case RSAPrivateKey() | EllipticCurvePrivateKey() | Ed25519PrivateKey():
            return private
        case _:
            raise SignatureRefused(
                f"{path} is a kind of key that auditor does not sign with: use RSA, ECDSA or "
                "Ed25519."
            )


def _refuse_stranger(private: "PrivateKey", certificate: "Certificate") -> None:
    if private.public_key() != certificate.public_key():
        raise SignatureRefused(
            "The key does not belong to the certificate: name the two that were made together."
        )


def _refuse_outdated(certificate: "Certificate", now: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > ends:
        raise SignatureRefused(
            f"The certificate expired on {ends:%Y-%m-%d}: sign with a valid one."
        )
    if now < begins:
        raise SignatureRefused(
            f"The certificate is valid only from {begins:%Y-%m-%d}: sign with a valid one."
        )


def _certificates(path: Path, load: "Callable[[bytes], list[Certificate]]") -> "list[Certificate]":
    content = _read(path)
    try:
        return load(content)
    except ValueError:
        raise SignatureRefused(f"{path} is no certificate in PEM form.") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SignatureRefused(f"Cannot read {path}: {error.strerror}.") from None
