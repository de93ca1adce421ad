"""BBQ's own items, put beside the battery as an instrument of their own."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable

from auditor.battery.questions import bbq_questions, question_answering
from auditor.battery.questions.bbq_items import BbqItem
from auditor.core.instrument import Battery
from auditor.core.items import Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery_files import read_library

GROUPS_PER_TEMPLATE: dict[Tier, int | None] = {"quick": 1, "standard": 4, "full": None}
"""Groups of four items of each of BBQ's templates that a tier asks; None for all of them."""


def with_bbq(
    battery: Battery, released: Sequence[BbqItem], *, root: Traversable | None = None
) -> Battery:
    """The battery with BBQ's items behind its own, asked in the first form of our questions.

    Raises:
        BatteryInvalid: none of the items tells which answer follows the stereotype.
    """
    library = read_library(root)
    names = [entry.name for entry in library.manifest.standalone]
    forms = library.contents[names.index(question_answering.name)].forms
    questions = bbq_questions.items_from_bbq(
        released, form=forms[0], groups_per_template=GROUPS_PER_TEMPLATE[battery.tier]
    )
    if not questions.items:
        raise BatteryInvalid(
            "None of the BBQ items tells which answer follows the stereotype: give the files as "
            "they were released, with their additional_metadata."
        )
    return replace(
        battery,
        contrasts=(*battery.contrasts, *questions.contrasts),
        items=(*battery.items, *questions.items),
    )
