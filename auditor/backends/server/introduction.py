"""What a server tells about itself and its models before anything is asked of them."""

from collections.abc import Mapping

from auditor.backends.server.address import root_of
from auditor.backends.server.client import Request, ServerClient, ServerRefused
from auditor.backends.server.declaration import Json, Said
from auditor.backends.server.garbled import Garbled
from auditor.backends.server.secrecy import without_key
from auditor.core.quoting import quote_odd
from auditor.errors import ModelNotLoaded

_MAX_NAMES = 10


def ask_about(client: ServerClient, name: str) -> Said:
    """Ask a server which models it serves, and about one of them.

    Raises:
        ModelNotLoaded: It serves none of that name.
        AuditorError: It does not answer.
    """
    request = Request(url=f"{client.address}/models", read=_cards)
    cards = client.ask([request])[0]
    if name not in cards:
        known = (without_key(one, client.key) for one in list(cards)[:_MAX_NAMES])
        names = ", ".join(map(quote_odd, known))
        more = f" and {len(cards) - _MAX_NAMES} more" if len(cards) > _MAX_NAMES else ""
        raise ModelNotLoaded(
            f"The server at {client.address} serves no model {quote_odd(name)}; it serves "
            f"{names or 'none'}{more}."
        )
    version = _optional(client, "version").get("version")
    return Said(
        name=name,
        address=client.address,
        card=cards[name],
        props=_optional(client, "props"),
        version=version if isinstance(version, str) else "",
        key=client.key,
    )


def _optional(client: ServerClient, path: str) -> Json:
    """What stands at an address that not every server has; empty where there is none."""
    request = Request(url=f"{root_of(client.address)}/{path}", read=_object, is_trial=True)
    try:
        return client.ask([request])[0]
    except ServerRefused:
        return {}


def _object(answer: object) -> Json:
    return answer if isinstance(answer, dict) else {}


def _cards(answer: object) -> Mapping[str, Json]:
    """The entries of /v1/models by their names."""
    listed = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise Garbled("no list of models")
    cards = [card for card in listed if isinstance(card, dict)]
    return {card["id"]: card for card in cards if isinstance(card.get("id"), str)}
