"""What a signature does not cover of its own container (CMS, RFC 5652), checked for a change.

A CMS signature is over the document's hash and the signed attributes. Version numbers, the list of
hashes, the name by which the signer's certificate is found, and the certificates of issuers stand
beside it unsigned: one of their bytes can change and libraries still say "valid". Each of them has
only one value that it can rightly have, or is signed by somebody else.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asn1crypto.cms import SignedData, SignerInfo

TIME_STAMP = "signature_time_stamp_token"

_SIGNED_DATA = ((0, 2), (0, 17), (0, 16), (2, 0), (0, 17))
_SIGNER_INFO = ((0, 2), (0, 16), (0, 16), (2, 0), (0, 16), (0, 4))
_UNSIGNED = (2, 1)
"""Class and number of the tags within, in their order; what has another tag would be skipped."""


def find_alteration(content: bytes) -> str | None:
    """What was changed in the part of a container that its signature does not cover.

    `content` is the container as the PDF has it, with the zeros that fill it up. None where
    nothing was.
    """
    from asn1crypto.cms import ContentInfo

    message = ContentInfo.load(content)
    encoded: bytes = message.dump()
    if content[len(encoded) :].strip(b"\0"):
        return "something stands behind its signature"
    if not _is_plain(encoded):
        return "its signature is not encoded as signatures are"
    return next(_alterations(message["content"], content_type="data"), None)


def list_chains(content: bytes) -> tuple[tuple[bytes, ...], ...]:
    """The certificates of a container, and those of its time stamp if it has one; signers first.

    Each as DER.
    """
    from asn1crypto.cms import ContentInfo

    return tuple(_chains(ContentInfo.load(content)["content"]))


def _is_plain(encoded: bytes) -> bool:
    """Whether every length is written in the one way that DER has, and holds what it says."""
    from asn1crypto.parser import emit, parse

    while encoded:
        kind, method, tag, header, inner, trailer = parse(encoded)
        whole = header + inner + trailer
        # Zeros read as an element of their own: a length that reaches into what fills up.
        if (kind, tag) == (0, 0):
            return False
        if emit(kind, method, tag, inner) != whole or (method == 1 and not _is_plain(inner)):
            return False
        encoded = encoded[len(whole) :]
    return True


def _alterations(signed: "SignedData", content_type: str) -> Iterator[str]:
    infos = list(signed["signer_infos"])
    if len(infos) != 1 or infos[0]["sid"].name != "issuer_and_serial_number":
        yield "its signature is not by one signer"
        return
    signer = infos[0]
    if _tags(signed) != _SIGNED_DATA or _tags(signer) not in (
        _SIGNER_INFO,
        (*_SIGNER_INFO, _UNSIGNED),
    ):
        yield "its signature holds something that is no part of one"
        return
    # A version follows from what is in the container (RFC 5652, 5.1 and 5.3).
    versions = (signed["version"].native, signer["version"].native)
    if versions != ("v1" if content_type == "data" else "v3", "v1"):
        yield "its signature gives another version of its form"
    if signed["encap_content_info"]["content_type"].native != content_type:
        yield "its signature is said to be of something else"
    digests = [algorithm.dump() for algorithm in signed["digest_algorithms"]]
    if digests != [signer["digest_algorithm"].dump()]:
        yield "its signature names two hashes"
    if not all(map(_is_bare, (signer["digest_algorithm"], signer["signature_algorithm"]))):
        yield "its signature gives a hash or an algorithm with settings"
    if not _names_its_certificate(signer, signed):
        yield "its signature names another certificate"
    yield from _time_stamp_alterations(signer)


def _tags(value: Any) -> tuple[tuple[int, int], ...]:
    """Of the elements of a sequence as they are encoded."""
    from asn1crypto.parser import parse

    encoded: bytes = value.contents
    found = []
    while encoded:
        kind, _, tag, header, inner, trailer = parse(encoded)
        found.append((kind, tag))
        encoded = encoded[len(header + inner + trailer) :]
    return tuple(found)


def _is_bare(algorithm: Any) -> bool:
    """Whether an algorithm has no parameters, or those that decide whether it verifies at all."""
    if algorithm["algorithm"].native == "rsassa_pss":
        return True
    return bool(algorithm["parameters"].dump() in (b"", b"\x05\x00"))


def _names_its_certificate(signer: "SignerInfo", signed: "SignedData") -> bool:
    """Whether one certificate has the issuer and the number, to the byte."""
    return sum(_is_named(one, signer) for one in signed["certificates"]) == 1


def _is_named(certificate: Any, signer: "SignerInfo") -> bool:
    named = signer["sid"].chosen
    return bool(
        certificate.chosen.issuer.dump() == named["issuer"].dump()
        and certificate.chosen.serial_number == named["serial_number"].native
    )


def _time_stamp_alterations(signer: "SignerInfo") -> Iterator[str]:
    for attribute in signer["unsigned_attrs"] or ():
        if attribute["type"].native != TIME_STAMP or len(attribute["values"]) != 1:
            yield "its signature carries something that nobody signed"
            return
        yield from _alterations(attribute["values"][0]["content"], content_type="tst_info")


def _chains(signed: "SignedData") -> Iterator[tuple[bytes, ...]]:
    (signer,) = signed["signer_infos"]
    own_first = sorted(signed["certificates"], key=lambda one: not _is_named(one, signer))
    yield tuple(one.chosen.dump() for one in own_first)
    for attribute in signer["unsigned_attrs"] or ():
        yield from _chains(attribute["values"][0]["content"])
