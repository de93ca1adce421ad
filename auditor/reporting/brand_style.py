"""What a presentation adds to the report's style: accent, letterhead, running lines, paper. Pure.

The style is allowed by its hash, so no text may get into it from elsewhere: an accent is checked
anew, a paper is one of two, and the lines of the margins are read off the page by `string-set`.
"""

from auditor.core.contrast import READABLE, WHITE, contrast, readable_on
from auditor.core.presentation import Brand, Paper, Presentation

DARK_SURFACES = ("#14181C", "#1F2429")
"""`--paper` and `--faint` of the dark page."""

_PAPERS: dict[Paper, str] = {
    "A4": "",
    # The sides leave 170 mm, the width of the charts; the height that Letter lacks is the margins'.
    "Letter": """
@page { size: Letter; margin: 20mm 22.95mm 17mm; }
@page { @top-left { margin-bottom: 5mm; } @top-right { margin-bottom: 5mm; } }
@page { @bottom-left { margin-top: 4mm; } @bottom-right { margin-top: 4mm; } }
@page summary { margin: 14.5mm 22.95mm 14mm; }
@page summary { @top-left { margin-bottom: 3mm; } @top-right { margin-bottom: 3mm; } }
@page summary { @bottom-left { margin-top: 2.5mm; } @bottom-right { margin-top: 2.5mm; } }
@page cover { margin: 24mm 22.95mm 16mm; }
@media print { .cover-top { min-height: 74mm; } .summary figure img { width: 150mm; } }
@media print { :lang(de) .summary figure img, :lang(es) .summary figure img { width: 132mm; } }
@media print { .toc li { padding: 0.2mm 0; } #reading { margin-top: 3mm; font-size: 8pt; } }
@media print { #reading h2 { font-size: 17pt; } #reading .signs { font-size: 7.3pt; } }
""",
}

_ACCENT = """
:root {{ --accent: {accent}; }}
.kicker {{ color: var(--accent); }}
.letterhead {{ border-color: var(--accent); }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --accent: {tint}; }} }}
"""

_LETTERHEAD = """
.letterhead { border-bottom: 1px solid; overflow: hidden; }
.letterhead .logo { display: block; background: #ffffff; }
.organisation { font-family: var(--serif); font-weight: bold; margin: 0; }
.classification, .brand-footer { margin: 0; }
.classification { font-weight: bold; letter-spacing: 0.06em; }
.brand-footer { color: var(--quiet); }
@media screen {
  .letterhead { padding-bottom: 0.7rem; margin-bottom: 1.6rem; }
  .letterhead .logo { max-width: 100%; max-height: 4.5rem; margin-bottom: 0.5rem; }
  .letterhead .logo { padding: 0.3rem; border-radius: 4px; }
  .classification { font-size: 0.8rem; }
  .brand-footer { font-size: 0.78rem; margin-top: 1rem; }
}
@media print {
  .cover-top { padding-top: 0; }
  .letterhead { margin-bottom: 9mm; padding-bottom: 2.5mm; }
  .letterhead .logo { max-width: 76mm; max-height: 14mm; margin-bottom: 2mm; }
  /* Smoothed, a picture fails PDF/A. */
  .letterhead .logo { image-rendering: crisp-edges; }
  .organisation { font-size: 11pt; }
  .classification { font-size: 8pt; string-set: classification content(text); }
  .brand-footer { font-size: 7.5pt; margin-top: 3mm; string-set: brandfooter content(text); }
}
"""

_CLASSIFIED = """
@page {
  @top-left { width: 84mm; }
  @top-right { content: string(classification) "   " string(status); white-space: pre; }
}
"""

_FOOTED = """
@page {
  @bottom-left {
    content: string(brandfooter) "\\A" string(run);
    white-space: pre;
    height: 8mm;
    margin-top: 4mm;
  }
  @bottom-right { margin-top: 4mm; }
}
"""


def brand_style(presentation: Presentation) -> str:
    """Rules that follow those of `report.css`; empty for a plain report on A4.

    Raises:
        ValueError: the accent is no colour, or cannot be read on white.
    """
    brand = presentation.brand
    parts = (
        _LETTERHEAD if is_branded(brand) else "",
        _accent(brand.accent) if brand.accent else "",
        _CLASSIFIED if brand.classification else "",
        _FOOTED if brand.footer else "",
        _PAPERS[presentation.paper],
    )
    return "".join(parts)


def is_branded(brand: Brand) -> bool:
    """Whether the cover shows anything of a brand."""
    return bool(brand.name or brand.logo_png or brand.footer or brand.classification)


def _accent(accent: str) -> str:
    if contrast(accent, WHITE) < READABLE:
        raise ValueError(f"{accent} cannot be read on white")
    tint = accent
    for surface in DARK_SURFACES:
        tint = readable_on(surface, tint)
    return _ACCENT.format(accent=accent, tint=tint)
