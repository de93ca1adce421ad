"""Asks a time-stamp authority (RFC 3161) over HTTP, once, and only the one that the user named."""

from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from asn1crypto.tsp import TimeStampResp
from pyhanko.sign.timestamps import TimeStamper

if TYPE_CHECKING:
    from asn1crypto.tsp import TimeStampReq

TIMEOUT_SECONDS = 30
MAX_REPLY_BYTES = 1_000_000


class HttpTimeStamper(TimeStamper):
    """A time-stamp authority at an address."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: "TimeStampReq") -> TimeStampResp:
        """The authority's answer; pyhanko checks that it is to this request.

        Raises:
            OSError: It cannot be reached, or answers with an error.
            ValueError: The address or the answer is none.
        """
        if not self._url.startswith(("http://", "https://")):
            raise ValueError("its address has to begin with http:// or https://")
        asked = Request(
            self._url,
            data=req.dump(),
            headers={
                "Content-Type": "application/timestamp-query",
                "Accept": "application/timestamp-reply",
            },
        )
        # Nothing else waits meanwhile, so the loop may stand still.
        with urlopen(asked, timeout=TIMEOUT_SECONDS) as reply:
            answer: TimeStampResp = TimeStampResp.load(reply.read(MAX_REPLY_BYTES))
        return answer
