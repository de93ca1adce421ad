"""What the battery and the fix say in the report: names of groups, notes, sources. English in
`prompts/`, translated as the rest is."""

from collections.abc import Iterator


def battery_messages() -> Iterator[tuple[str, str]]:
    """Text and place of every message that the report takes from the data."""
    yield from ()
