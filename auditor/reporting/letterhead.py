"""What the cover shows of the organisation: its logo, its name, two lines. Pure."""

from base64 import b64encode

from auditor.core.presentation import Presentation
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import tr
from auditor.reporting.pages import Letterhead

LOGO_PREFIX = "data:image/png;base64,"
_LENGTH = 120


def letterhead(presentation: Presentation) -> Letterhead | None:
    """The letterhead of a brand; None where there is none.

    `clean_line`, because a character without a glyph makes the PDF fail its standards.
    """
    brand = presentation.brand
    name = clean_line(brand.name, _LENGTH)
    shown = Letterhead(
        name=name,
        logo=f"{LOGO_PREFIX}{b64encode(brand.logo_png).decode('ascii')}" if brand.logo_png else "",
        logo_alt=tr("Logo of {name}", name=name) if brand.logo_png else "",
        footer=clean_line(brand.footer, _LENGTH),
        classification=clean_line(brand.classification, _LENGTH),
    )
    return shown if shown != Letterhead() else None
