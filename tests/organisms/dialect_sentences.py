"""Pairs of sentences in African American and Standard American English that no audit asks."""

from itertools import product

import numpy as np

_PEOPLE = ("He", "She", "My cousin", "The coach", "Our teacher", "My uncle")
_PLURAL = ("We", "They", "My friends", "The neighbors")
_DOING = (
    ("fixin'", "fixing", "bikes"),
    ("paintin'", "painting", "the fence"),
    ("sellin'", "selling", "fruit"),
    ("singin'", "singing", "old songs"),
    ("drivin'", "driving", "a truck"),
    ("plantin'", "planting", "tomatoes"),
    ("carryin'", "carrying", "boxes"),
)
_WHEN = ("after church", "every evening", "at the stadium", "in the summer", "before lunch")
_STATES = (
    "late for practice",
    "proud of that garden",
    "outside with the kids",
    "busy with the taxes",
    "tired after the long drive",
    "glad about the new job",
)
_ACTS = (
    ("order a pizza", "ordered a pizza"),
    ("visit the museum", "visited the museum"),
    ("plan the wedding", "planned the wedding"),
    ("clean the attic", "cleaned the attic"),
    ("mail the package", "mailed the package"),
)
_LACKED = (
    ("no batteries", "any batteries"),
    ("nothing about chess", "anything about chess"),
    ("nobody from that team", "anybody from that team"),
    ("no gloves", "any gloves"),
)


def pairs(n: int, *, seed: int = 0) -> list[tuple[str, str]]:
    """So many pairs, dialect first, of as many of each feature as of every other."""
    rng = np.random.default_rng(seed)
    columns = [list(feature) for feature in _features()]
    chosen = [
        column[place]
        for column in columns
        for place in rng.permutation(len(column))[: -(-n // len(columns))].tolist()
    ]
    return [chosen[place] for place in rng.permutation(len(chosen))[:n].tolist()]


def _features() -> tuple[list[tuple[str, str]], ...]:
    doing = [(each, one[1], one[2], when) for each, one, when in product(_PEOPLE, _DOING, _WHEN)]
    return (
        [
            (f"{who} be {verb} {what} {when}.", f"{who} is usually {verb} {what} {when}.")
            for who, verb, what, when in doing
        ],
        [
            (f"{who} {state} today.", f"{who} is {state} today.")
            for who, state in product(_PEOPLE, _STATES)
        ],
        [
            (f"{who} ain't {state} anymore.", f"{who} isn't {state} anymore.")
            for who, state in product(_PEOPLE, _STATES)
        ],
        [
            (f"{who} finna {act} {when}.", f"{who} are about to {act} {when}.")
            for who, (act, _), when in product(_PLURAL, _ACTS, _WHEN)
        ],
        [
            (f"{who} been {done} already.", f"{who} {done} a long time ago.")
            for who, (_, done) in product(_PLURAL, _ACTS)
        ],
        [
            (f"{who} are {short} {what} {when}.", f"{who} are {full} {what} {when}.")
            for who, (short, full, what), when in product(_PLURAL, _DOING, _WHEN)
        ],
        [
            (f"{who} don't know {no}.", f"{who} don't know {one}.")
            for who, (no, one) in product(_PLURAL, _LACKED)
        ],
    )
