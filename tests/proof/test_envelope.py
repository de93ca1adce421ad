"""The signed statement: what is signed, by whom, and that no byte of it can change."""

import json
import shutil
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor.proof.attestation import PAYLOAD_TYPE, encode_for_signing
from auditor.proof.envelope import check_envelope, payload_of, sign_envelope
from tests.proof.signers import KINDS, Kind, make_signer, signing_key

PAYLOAD = b'{"_type": "https://in-toto.io/Statement/v1"}\n'
SIGNER = make_signer()
ENVELOPE = sign_envelope(PAYLOAD, signing_key(SIGNER))


def kind_of(envelope: bytes) -> str:
    return check_envelope(envelope, SIGNER.pem).kind


def test_what_is_signed_is_that_of_the_specification() -> None:
    encoded = encode_for_signing("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_an_envelope_has_the_fields_of_the_specification() -> None:
    envelope = json.loads(ENVELOPE)
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert b64decode(envelope["payload"]) == PAYLOAD
    (signature,) = envelope["signatures"]
    assert set(signature) == {"keyid", "sig"}


@pytest.mark.parametrize("kind", KINDS)
def test_who_signed_it_is_found(kind: Kind) -> None:
    signer = make_signer("Jane Doe", kind)
    check = check_envelope(sign_envelope(PAYLOAD, signing_key(signer)), signer.pem)
    assert check.kind == "valid"
    assert "CN=Jane Doe" in check.said


def test_another_key_of_the_same_name_did_not_sign_it() -> None:
    assert check_envelope(ENVELOPE, make_signer().pem).kind == "invalid"


def test_every_changed_byte_is_seen() -> None:
    changed = [
        ENVELOPE[:place] + bytes([ENVELOPE[place] ^ bit]) + ENVELOPE[place + 1 :]
        for place in range(len(ENVELOPE))
        for bit in (1, 32)
    ]
    assert {place: kind_of(one) for place, one in enumerate(changed)} == dict.fromkeys(
        range(len(changed)), "invalid"
    )


def test_every_changed_byte_of_the_payload_is_seen() -> None:
    """Encoded anew, so that nothing but the signature can tell."""
    for place in range(len(PAYLOAD)):
        payload = PAYLOAD[:place] + bytes([PAYLOAD[place] ^ 1]) + PAYLOAD[place + 1 :]
        changed = ENVELOPE.replace(b64encode(PAYLOAD), b64encode(payload))
        assert changed != ENVELOPE
        assert payload_of(changed) == payload
        assert kind_of(changed) == "invalid"


def test_the_statement_beside_it_is_the_one_that_was_signed() -> None:
    assert check_envelope(ENVELOPE, SIGNER.pem, payload=PAYLOAD).kind == "valid"
    other = check_envelope(ENVELOPE, SIGNER.pem, payload=PAYLOAD + b" ")
    assert other.kind == "invalid"
    assert "another one" in other.said


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_envelope_is_said_to_be_damaged(content: bytes) -> None:
    assert kind_of(content) == "invalid"
    assert payload_of(content) is None


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_agrees(kind: Kind, tmp_path: Path) -> None:
    signer = make_signer(kind=kind)
    envelope = json.loads(sign_envelope(PAYLOAD, signing_key(signer)))
    public = signer.certificate.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "public.pem").write_bytes(public)
    (tmp_path / "encoded").write_bytes(encode_for_signing(PAYLOAD_TYPE, PAYLOAD))
    (tmp_path / "sig").write_bytes(b64decode(envelope["signatures"][0]["sig"]))
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "sig", "encoded"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "Verified OK\n"
