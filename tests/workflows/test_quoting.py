"""Quotes are chosen by rule, and the side that they are on is that of the score."""

from auditor.battery import INSTRUMENTS
from auditor.battery.pronouns import pronoun_occupation
from auditor.core.responses import Response
from auditor.workflows.quoting import quotes_of
from tests.battery.scripted_runs import battery_of

GENDER = f"{pronoun_occupation.name}.gender"


def test_the_side_of_a_pronoun_depends_on_the_occupation_and_only_plain_questions_count() -> None:
    battery = battery_of(pronoun_occupation, "quick")
    items = {item.item_id: item for item in battery.items if item.contrast_id == GENDER}
    responses = [
        Response(
            prompt_id=f"{item.item_id}:text",
            item_id=item.item_id,
            mode="text",
            text=item.text.rpartition("\n")[2].replace("___", "she"),
            purpose="audit",
            batch=0,
        )
        for item in items.values()
    ]
    scores = [
        INSTRUMENTS[pronoun_occupation.name].score(items[one.item_id], one) for one in responses
    ]
    quotes = quotes_of(battery, responses, scores)
    assert {items[quote.item_id].condition for quote in quotes} == {"question"}
    assert {quote.label for quote in quotes} == {"she"}
    assert {items[quote.item_id].factor("majority"): quote.side for quote in quotes} == {
        "women": 1,
        "men": -1,
    }


def test_what_could_not_be_read_is_on_no_side() -> None:
    battery = battery_of(pronoun_occupation, "quick")
    item = next(item for item in battery.items if item.contrast_id == GENDER)
    response = Response(
        prompt_id=f"{item.item_id}:text",
        item_id=item.item_id,
        mode="text",
        text="No.",
        purpose="audit",
        batch=0,
    )
    score = INSTRUMENTS[pronoun_occupation.name].score(item, response)
    told = quotes_of(battery, [response], [score])
    assert [(quote.label, quote.side) for quote in told] == [("invalid", 0)]
