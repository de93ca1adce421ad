"""What the page may load while it becomes a PDF: our fonts, our charts and a logo, nothing else."""

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from auditor.reporting.fonts import font_urls

INLINE_PREFIXES = ("data:image/svg+xml;base64,", "data:image/png;base64,")
"""Of a chart and of a logo."""


class ReportFetcher(URLFetcher):
    """Refuses every address but the fonts and inline pictures, and remembers what it refused."""

    def __init__(self) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            allowed_protocols={"data", "asset"},
            allow_redirects=False,
            fail_on_errors=True,
            timeout=1,
        )
        self.blocked: list[str] = []
        """What the page asked for and did not get; the PDF is refused where there is any."""
        self._fonts = font_urls()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The bytes of a font, of a chart or of a logo.

        Raises:
            FatalURLFetchingError: for anything else; it stops the rendering.
        """
        if url in self._fonts:
            content = self._fonts[url].read_bytes()
            return _respond(url, content)
        if url.startswith(INLINE_PREFIXES):
            response: URLFetcherResponse = super().fetch(url, headers)  # type: ignore[no-untyped-call]
            return response
        self.blocked.append(url[:120])
        raise FatalURLFetchingError(f"refused to load {url[:80]}")


def _respond(url: str, content: bytes) -> URLFetcherResponse:
    headers = {"Content-Type": "font/ttf"}
    return URLFetcherResponse(url, content, headers)  # type: ignore[no-untyped-call]
