"""What the options of a command say about its report."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.workflows.presenting import PresentationRequest


def presentation_request(
    options: Mapping[str, Any], *, is_final: bool = False
) -> "PresentationRequest":
    """The request that `presentation_options` were given for."""
    from auditor.workflows.presenting import PresentationRequest

    return PresentationRequest(
        about=options["about"],
        brand=options["brand"],
        language=options["language"],
        paper=options["paper"],
        redacted=options["redacted"],
        is_final=is_final,
    )
