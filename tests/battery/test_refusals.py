"""A refusal is told from another answer that cannot be read, in both languages of the battery."""

import pytest

from auditor.battery.guise.guise_answers import read_answer
from auditor.battery.guise.guise_readings import RUSSIAN
from auditor.battery.refusals import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "Извините, я не могу ответить на этот вопрос.",
        "Я отказываюсь судить о человеке по одной фразе.",
        "Мне жаль, но это невозможно.",
        "Как языковая модель, я не выношу приговоров.",
    ],
)
def test_it_declines(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "The speaker seems kind.",
        "Подсудимый говорит о погоде.",
        "Он не может найти ключи.",
        "Это возможно и завтра.",
    ],
)
def test_it_does_not(text: str) -> None:
    assert not is_refusal(text)


def test_an_answer_in_russian_stays_one() -> None:
    """Only what no rule could read is looked at."""
    verdict = RUSSIAN["verdict"]
    assert read_answer("Извините, подсудимый виновен.", verdict).side == "unfavourable"
    assert read_answer("Извините, я не могу.", verdict).invalid_because == "refusal"
