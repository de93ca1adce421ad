"""An empty audit file, with every field and what it is for."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from auditor.core.standards import Crosswalk, Field, FieldPart

_PARTS: Mapping[FieldPart, str] = {
    "system": "System under audit",
    "risk": "Risk and oversight",
    "sign-off": "Sign-off",
    "standards": "What single standards ask for",
}
_HEAD = (
    "# What the organisation declares. The report prints it as “declared, not verified”.",
    "# Write each answer between its quotes. One that stays empty stays a box to complete, and one",
    "# that is marked (required) keeps the report a draft.",
    "",
    'organisation: ""',
    "",
    "# The standards that the report shows. Take away what does not concern you.",
    "standards:",
)
_FOOT = (
    "# What is done about a finding, by whom, until when; by the id of the policy’s criterion.",
    "mitigations:",
    '#  implicit/gender.terms: ""',
    "",
)


def about_template(crosswalk: Crosswalk) -> str:
    """The text of an audit file that `load_about` reads, every answer empty."""
    standards = (f"  - {one.standard_id}  # {one.title}" for one in crosswalk.standards)
    return "\n".join((*_HEAD, *standards, "", "fields:", *_fields(crosswalk), *_FOOT))


def _fields(crosswalk: Crosswalk) -> Iterator[str]:
    for part, title in _PARTS.items():
        yield f"  # --- {title} ---"
        for one in (f for f in crosswalk.fields if f.part == part):
            yield from (f"  # {line}" for line in wrap(_what(one), 94))
            yield f'  {one.field_id}: ""'
        yield ""


def _what(one: Field) -> str:
    required = " (required)" if one.is_required else ""
    asked = f" Asked for by {', '.join(one.standards)}." if one.standards else ""
    return f"{one.label}{required}. {one.rule}.{asked}"
