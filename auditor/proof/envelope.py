"""A statement signed: the JSON envelope of DSSE (https://github.com/secure-systems-lab/dsse)."""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from auditor.proof.attestation import PAYLOAD_TYPE, encode_for_signing
from auditor.proof.certificates import read_certificates
from auditor.proof.pdf_signature import SignatureCheck
from auditor.proof.signing_key import INSTALL, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from cryptography.x509 import Certificate


class _NotOurs(Exception):
    """What is wrong with an envelope."""


def sign_envelope(payload: bytes, key: SigningKey) -> bytes:
    """The envelope of an in-toto statement.

    RSA signs with PKCS #1 v1.5 and SHA-256, ECDSA with the SHA-2 of its curve's size, in DER: what
    `openssl dgst -verify` and cosign check. Ed25519 has no such choice.
    """
    encoded = encode_for_signing(PAYLOAD_TYPE, payload)
    signed_by = {
        "keyid": _key_id(key.certificate),
        "sig": b64encode(_signature(encoded, key)).decode(),
    }
    envelope = {
        "payload": b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [signed_by],
    }
    return (json.dumps(envelope, indent=1, sort_keys=True) + "\n").encode()


def check_envelope(
    envelope: bytes, certificate: bytes, *, payload: bytes | None = None
) -> SignatureCheck:
    """Whether the key of a certificate (PEM or DER) signed an envelope, and of what.

    `payload`: the statement that it has to hold, to the byte. Whether anybody vouches for the
    certificate is not asked here: it is the one of the PDF, or one that the user trusts.

    Raises:
        SignatureRefused: The certificate is none.
    """
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return SignatureCheck(
            kind="cannot-check",
            said=f"checking the signed statement needs the extra `sign`: {INSTALL}.",
        )
    from cryptography.x509 import load_der_x509_certificate

    signer = load_der_x509_certificate(read_certificates(certificate)[0])
    try:
        held, key_id, signature = _read(envelope)
        if key_id != _key_id(signer):
            # Only a hint, which nobody signed; one that is wrong was changed.
            raise _NotOurs("the signed statement names another key than that of the certificate.")
        _verify(encode_for_signing(PAYLOAD_TYPE, held), signature, signer)
    except _NotOurs as wrong:
        return SignatureCheck(kind="invalid", said=str(wrong))
    if payload is not None and held != payload:
        return SignatureCheck(
            kind="invalid", said="the signed statement is another one than lies beside it."
        )
    name = signer.subject.rfc4514_string()
    return SignatureCheck(kind="valid", said=f"the statement was signed with the key of {name}.")


def payload_of(envelope: bytes) -> bytes | None:
    """The statement within, unchecked; None where there is none."""
    try:
        return _read(envelope)[0]
    except _NotOurs:
        return None


def _read(envelope: bytes) -> tuple[bytes, str, bytes]:
    """Payload, key id and signature; only what `sign_envelope` writes is read.

    Base64 leaves bits over, JSON spaces and order: a change in them would go unnoticed.
    """
    try:
        content = json.loads(envelope)
        payload = b64decode(content["payload"], validate=True)
        (signed_by,) = content["signatures"]
        key_id = str(signed_by["keyid"])
        signature = b64decode(signed_by["sig"], validate=True)
        again = {
            "payload": b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": key_id, "sig": b64encode(signature).decode()}],
        }
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _NotOurs("the signed statement is damaged: it is no envelope of one.") from None
    if (json.dumps(again, indent=1, sort_keys=True) + "\n").encode() != envelope:
        raise _NotOurs("the signed statement was changed: it is not as auditor wrote it.")
    return payload, key_id, signature


def _signature(encoded: bytes, key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    match key.private:
        case rsa.RSAPrivateKey() as private:
            return private.sign(encoded, padding.PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey() as private:
            return private.sign(encoded, ec.ECDSA(_hash_of(private.curve)))
        case private:
            return private.sign(encoded)


def _verify(encoded: bytes, signature: bytes, signer: "Certificate") -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        match signer.public_key():
            case rsa.RSAPublicKey() as key:
                key.verify(signature, encoded, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePublicKey() as key:
                key.verify(signature, encoded, ec.ECDSA(_hash_of(key.curve)))
            case ed25519.Ed25519PublicKey() as key:
                key.verify(signature, encoded)
            case _:
                raise _NotOurs("the certificate has a kind of key that signs no statement.")
    except InvalidSignature:
        raise _NotOurs(
            "the signed statement was changed since it was signed, or another key signed it."
        ) from None


def _hash_of(curve: "EllipticCurve") -> "HashAlgorithm":
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

    if curve.key_size <= 256:
        return SHA256()
    return SHA384() if curve.key_size <= 384 else SHA512()


def _key_id(certificate: "Certificate") -> str:
    """The sha256 of the public key in DER; a hint for those who have several to try."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(public).hexdigest()
