"""Pairs of sentences in African American and Standard American English that no audit asks."""

from collections.abc import Callable

import numpy as np

Draw = Callable[[str], str]
"""A word of a kind, drawn anew each time."""

_WORDS = {
    "one": "he|she|it|my cousin|the coach|our teacher|my uncle|the lady|this boy|my niece|the cook"
    "|her husband|the doctor|my partner|that dog|your mama|the pastor|his daughter|the bus|it all",
    "many": "we|they|you|my friends|the neighbors|the kids|my parents|your cousins|the players"
    "|these folks|the twins|our guests|them boys|the nurses|the girls|my aunts",
    "do": "fix|paint|sell|sing|carry|plant|drive|count|draw|hide|lift|mail|order|pack|pick|print"
    "|push|rent|repair|sew|sort|stack|trade|water|weigh|borrow|collect|deliver|explain|mend|pour"
    "|roast|season|slice|sweep|tease|trim|visit|warn|welcome",
    "done": "fixed|painted|sold|carried|planted|driven|counted|hidden|lifted|mailed|ordered|packed"
    "|picked|printed|pushed|rented|sewed|sorted|stacked|traded|weighed|borrowed|collected|mended"
    "|roasted|sliced|visited|warned|welcomed",
    "what": "bikes|the fence|fruit|old songs|a truck|tomatoes|boxes|the shirts|a sofa|the roof"
    "|three chairs|her records|the piano|a ladder|our tickets|the blankets|his shoes|a chicken"
    "|the lawn|some candles|the guitar|both lamps|a drum|the curtains|their bags|his medicine",
    "state": "late|proud|outside|busy|tired|glad|upstairs|at church|in the yard|sick|on the roof"
    "|behind the store|ready|angry|at the stadium|sleepy|happy with it|on vacation|downtown|quiet"
    "|strong|wrong about that|at the lake|too loud|real nice|over there|cold|new here|in Texas",
    "thing": "bread|paper|money|time|cups|paint|sugar|seats|batteries|gloves|tickets|rain",
    "coin": "a|b",
    "four": "a|b|c|d",
    "when": "after church|every evening|in the summer|before lunch|on Fridays|at night|all week"
    "|at the beach|with my sister|near the bridge|by the school|for the party|around noon"
    "|with a hammer|in the garden|at the market|during the storm|for the team|with the radio on",
}
_ENDS = ("", "", " now", " today", " again", " too", " for real", ", I think", ", she said")


def pairs(n: int, *, seed: int = 0) -> list[tuple[str, str]]:
    """So many pairs, dialect first: of as many of each feature as of every other."""
    rng = np.random.default_rng(seed)
    lists = {kind: words.split("|") for kind, words in _WORDS.items()}

    def draw(kind: str) -> str:
        return lists[kind][int(rng.integers(len(lists[kind])))]

    found = []
    for place in range(n):
        dialect, standard = _FEATURES[place % len(_FEATURES)](draw)
        end = _ENDS[int(rng.integers(len(_ENDS)))]
        found.append((_sentence(dialect + end), _sentence(standard + end)))
    return found


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _habitual_be(draw: Draw) -> tuple[str, str]:
    who, whose = _speaker(draw)
    doing = f"{_ing(draw('do'))} {draw('what')} {draw('when')}"
    return f"{who} be {doing}", f"{whose} usually {doing}"


def _copula(draw: Draw) -> tuple[str, str]:
    who, whose = _others(draw)
    state = draw("state")
    return f"{who} {state}", f"{whose} {state}"


def _aint(draw: Draw) -> tuple[str, str]:
    who, whose = _speaker(draw)
    rest = draw("state") if draw("coin") == "a" else f"{_ing(draw('do'))} {draw('what')}"
    if draw("coin") == "a":
        return f"{who} ain't {rest}", f"{whose} not {rest}"
    done = f"{draw('done')} {draw('what')} {draw('when')}"
    return f"{who} ain't {done}", f"{who} {'hasn' if whose.endswith('s') else 'haven'}'t {done}"


def _finna(draw: Draw) -> tuple[str, str]:
    who, whose = _speaker(draw)
    act = f"{draw('do')} {draw('what')} {draw('when')}"
    return f"{whose if who == 'I' else who} finna {act}", f"{whose} about to {act}"


def _been(draw: Draw) -> tuple[str, str]:
    who, whose = _speaker(draw)
    done = f"{draw('done')} {draw('what')}"
    have = "'ve" if who == "I" else " has" if whose.endswith("s") else " have"
    if draw("coin") == "a":
        have = ""
    return f"{who} been {done}", f"{who}{have} {done} a long time ago"


def _g_dropping(draw: Draw) -> tuple[str, str]:
    _, whose = _speaker(draw)
    act, rest = draw("do"), f"{draw('what')} {draw('when')}"
    return f"{whose} {_ing(act)[:-1]}' {rest}", f"{whose} {_ing(act)} {rest}"


def _concord(draw: Draw) -> tuple[str, str]:
    (who, _), act, when = _speaker(draw), draw("do"), draw("when")
    verb = {"a": "don't", "b": "can't", "c": "never", "d": "didn't"}[draw("four")]
    no, one = {
        "a": ("nothing", "anything"),
        "b": ("nobody", "anybody"),
        "c": (f"no {(what := draw('thing'))}", f"any {what}"),
        "d": ("nowhere", "anywhere"),
    }[draw("four")]
    return f"{who} {verb} {act} {no} {when}", f"{who} {verb} {act} {one} {when}"


def _speaker(draw: Draw) -> tuple[str, str]:
    """Who, and who with the standard's form of to be, contracted or not."""
    kind = draw("four")
    if kind == "a":
        return "I", "I'm"
    return _others(draw) if kind == "b" else _one(draw)


def _others(draw: Draw) -> tuple[str, str]:
    who = draw("many")
    is_short = who in ("we", "they", "you") and draw("coin") == "a"
    return who, f"{who}'re" if is_short else f"{who} are"


def _one(draw: Draw) -> tuple[str, str]:
    who = draw("one")
    is_short = who in ("he", "she", "it") and draw("coin") == "a"
    return who, f"{who}'s" if is_short else f"{who} is"


def _ing(verb: str) -> str:
    return f"{verb.removesuffix('e')}ing"


_FEATURES = (_habitual_be, _copula, _aint, _finna, _been, _g_dropping, _concord)
