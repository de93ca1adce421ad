"""A key that would make a worthless signature is refused in one sentence, and never shown."""

from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from auditor.errors import SignatureRefused
from auditor.proof.signing_key import KeySource
from tests.proof.signers import DAY, KINDS, NOW, Kind, loaded, make_signer, write_signer

SIGNER = make_signer()


@pytest.mark.parametrize("kind", KINDS)
def test_key_and_certificate_are_read(kind: Kind, tmp_path: Path) -> None:
    signer = make_signer("Jane Doe", kind)
    key = loaded(write_signer(signer, tmp_path))
    assert key.subject == "CN=Jane Doe"
    assert key.certificate_sha256 == signer.sha256
    assert key.chain == ()


def test_a_locked_key_needs_its_passphrase(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path, b"open sesame")
    assert loaded(source).certificate == SIGNER.certificate
    with pytest.raises(SignatureRefused, match="--passphrase-env"):
        loaded(KeySource(key=source.key, certificate=source.certificate))
    with pytest.raises(SignatureRefused, match="passphrase is wrong"):
        loaded(KeySource(key=source.key, certificate=source.certificate, passphrase=b"sesame"))


def test_a_passphrase_for_a_key_without_one_does_no_harm(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path)
    given = KeySource(key=source.key, certificate=source.certificate, passphrase=b"for nothing")
    assert loaded(given).certificate == SIGNER.certificate


def test_one_file_may_hold_key_certificate_and_chain(tmp_path: Path) -> None:
    root = make_signer("Root", is_authority=True)
    leaf = make_signer(issuer=root)
    path = tmp_path / "signer.p12"
    path.write_bytes(
        serialize_key_and_certificates(
            b"signer",
            leaf.private,
            leaf.certificate,
            [root.certificate],
            BestAvailableEncryption(b"open sesame"),
        )
    )
    key = loaded(KeySource(pkcs12=path, passphrase=b"open sesame"))
    assert key.certificate == leaf.certificate
    assert key.chain == (root.certificate,)
    with pytest.raises(SignatureRefused, match="passphrase is wrong"):
        loaded(KeySource(pkcs12=path, passphrase=b"sesame"))


def test_further_certificates_are_the_chain(tmp_path: Path) -> None:
    root = make_signer("Root", is_authority=True)
    issuer = make_signer("Issuer", issuer=root, is_authority=True)
    leaf = make_signer(issuer=issuer)
    source = write_signer(leaf, tmp_path)
    (tmp_path / "chain.pem").write_bytes(issuer.pem + root.pem)
    apart = KeySource(key=source.key, certificate=source.certificate, chain=tmp_path / "chain.pem")
    assert loaded(apart).chain == (issuer.certificate, root.certificate)
    (tmp_path / "cert.pem").write_bytes(leaf.pem + issuer.pem + root.pem)
    assert loaded(source).chain == (issuer.certificate, root.certificate)


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path / "one")
    other = write_signer(make_signer(), tmp_path / "other")
    with pytest.raises(SignatureRefused, match="does not belong"):
        loaded(KeySource(key=source.key, certificate=other.certificate))


@pytest.mark.parametrize(
    ("at", "said"),
    [(NOW + 31 * DAY, "expired on"), (NOW - 2 * DAY, "valid only from")],
    ids=["after", "before"],
)
def test_a_certificate_outside_of_its_dates_is_refused(
    at: datetime, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SignatureRefused, match=said):
        loaded(write_signer(SIGNER, tmp_path), now=at)


def test_keys_that_sign_nothing_or_too_weakly_are_refused(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path)
    assert source.key is not None
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for private, said in ((weak, "at least 2048"), (x25519.X25519PrivateKey.generate(), "kind")):
        source.key.write_bytes(
            private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        with pytest.raises(SignatureRefused, match=said):
            loaded(source)


def test_files_that_are_something_else_are_refused_by_name(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path)
    assert source.certificate is not None
    with pytest.raises(SignatureRefused, match=r"cert\.pem cannot be opened"):
        loaded(KeySource(key=source.certificate, certificate=source.certificate))
    with pytest.raises(SignatureRefused, match=r"key\.pem is no certificate"):
        loaded(KeySource(key=source.key, certificate=source.key))
    with pytest.raises(SignatureRefused, match=r"Cannot read .*absent\.pem"):
        loaded(KeySource(key=tmp_path / "absent.pem", certificate=source.certificate))
    with pytest.raises(SignatureRefused, match="both --key and --cert"):
        loaded(KeySource(key=source.key))


def test_neither_key_nor_passphrase_can_be_printed(tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path, b"open sesame")
    assert "sesame" not in repr(source)
    shown = repr(loaded(source))
    assert "private" not in shown.lower()
