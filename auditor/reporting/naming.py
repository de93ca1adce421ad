"""What instruments, measures, conditions and contrasts are called in print. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.items import Condition, Contrast
from auditor.core.runs import ModelIdentity
from auditor.reporting.cleaning import clean_line
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import language, mark, tr
from auditor.reporting.measure_names import KINDS, WHOLE_NAMES

CONDITIONS: Mapping[Condition, str] = {
    "question": mark("plain question"),
    "instruction": mark("instruction against bias"),
    "neutral-instruction": mark("neutral instruction"),
    "chain-of-thought": mark("instruction and reasoning first"),
    "match-statistics": mark("statistics given"),
}
SHORT_CONDITIONS: Mapping[Condition, str] = {
    "question": mark("plain"),
    "instruction": mark("instruction"),
    "neutral-instruction": mark("neutral"),
    "chain-of-thought": mark("reasoning"),
    "match-statistics": mark("statistics"),
}
"""For a chart or the head of a column."""
CATEGORIES: Mapping[str, str] = {
    "race": mark("race"),
    "gender": mark("gender"),
    "age": mark("age"),
    "religion": mark("religion"),
    "nationality": mark("nationality"),
    "disability": mark("disability"),
    "sexual-orientation": mark("sexual orientation"),
    "socio-economic-status": mark("socio-economic status"),
    "null-control": mark("null control"),
    "positive-control": mark("positive control"),
}
"""As within a sentence."""
INTERACTION = "matched-guise-interaction"

_ANSWERS: Mapping[str, str] = {
    "stereotype": mark("stereotype"),
    "counter": mark("counter"),
    "neutral": mark("neutral"),
    "invalid": mark("invalid"),
    "refusal": mark("refusal"),
    "agree": mark("agree"),
    "disagree": mark("disagree"),
    "unknown": mark("unknown"),
    "yes": mark("yes"),
    "no": mark("no"),
    "tie": mark("tie"),
    "favourable": mark("favourable"),
    "unfavourable": mark("unfavourable"),
}
"""What an answer was scored as; the codes are English words."""


def short_name(measure_name: str) -> str:
    """What a measure is called in a sentence; never its name as it is typed."""
    base, _, condition = measure_name.partition("@")
    name = _plain_name(base)
    if not condition:
        return name
    return tr("{measure} under {condition}", measure=name, condition=condition_name(condition))


def _plain_name(base: str) -> str:
    """The same without a condition."""
    if base in WHOLE_NAMES:
        return tr(WHOLE_NAMES[base])
    instrument, _, kind = base.partition(".")
    plain = kind.removesuffix("-text") if kind.endswith("-text") else kind.removeprefix("text-")
    name = _kind_name(instrument, plain)
    return name if plain == kind else tr("{measure} in text", measure=name)


def kind_of(measure_name: str) -> str:
    """What the measure is of its instrument, without condition: `score` of `hiring.score@…`."""
    return measure_name.partition("@")[0].partition(".")[2]


def instrument_of(measure_name: str) -> str:
    """The instrument that a measure's or a criterion's name begins with."""
    return measure_name.partition("[")[0].partition("@")[0].partition(".")[0]


def question(measure_name: str, contrast: Contrast) -> str:
    """The plain question that a criterion asks."""
    base, _, condition = measure_name.partition("@")
    text = INSTRUMENTS.get(instrument_of(base))
    groups = {"target": tr(contrast.target), "reference": tr(contrast.reference)}
    kind = kind_of(base)
    if text is not None and (kind == "score" or base == "gap"):
        return _asked_under(tr(text.asks, **groups), condition)
    if text is not None and kind == "text-score":
        return _asked_under(tr(text.asks_in_text, **groups), condition)
    about = contrast_title(contrast)
    if kind == "invalid-rate":
        told = tr("How many of the written answers on “{contrast}” are unusable?", contrast=about)
        return _asked_under(told, condition)
    return tr(
        "How large is the {measure} for “{contrast}”?",
        measure=short_name(measure_name),
        contrast=about,
    )


def _asked_under(told: str, condition: str) -> str:
    if not condition:
        return told
    under = tr("Asked under {condition}.", condition=condition_name(condition))
    return f"{told} {under}"


def heading(instrument: str) -> str:
    """An instrument's plain name."""
    text = INSTRUMENTS.get(instrument)
    return tr(text.heading) if text else spelt(instrument)


def title(instrument: str) -> str:
    """An instrument's plain name beside the one that is typed."""
    text = INSTRUMENTS.get(instrument)
    return tr(text.title) if text else clean_line(instrument)


def score_name(instrument: str) -> str:
    """What an instrument's score is called in a sentence."""
    text = INSTRUMENTS.get(instrument)
    return tr(text.score) if text else tr("{test} score", test=spelt(instrument).lower())


def model_name(model: ModelIdentity) -> str:
    """What was audited: with an adapter it is another model than the file alone."""
    name = clean_line(model.name)
    return tr("{model} with an adapter", model=name) if model.adapter_sha256 else name


def condition_name(condition: str) -> str:
    """A condition as within a sentence."""
    found = next((words for key, words in CONDITIONS.items() if key == condition), None)
    return tr(found) if found else spelt(condition).lower()


def short_condition(condition: Condition) -> str:
    """A condition in a chart or in the head of a column."""
    return tr(SHORT_CONDITIONS[condition])


def answer_label(label: str) -> str:
    """What a written answer was scored as; a code that has no words is printed as it is."""
    return tr(_ANSWERS[label]) if label in _ANSWERS else clean_line(label)


def category_name(category: str) -> str:
    """A category as a reader sees it."""
    return capital(category_in_prose(category))


def category_in_prose(category: str) -> str:
    """A category as within a sentence."""
    return tr(_category(category))


def _category(category: str) -> str:
    """The English name of a category."""
    return CATEGORIES.get(category, category.replace("-", " "))


def contrast_name(contrast: Contrast) -> str:
    """What a contrast is called beside its category, whose name its label may begin with."""
    return capital(_bare_label(contrast))


def contrast_title(contrast: Contrast) -> str:
    """What a contrast is called on its own."""
    if contrast.label.startswith(capital(_category(contrast.category))):
        return clean_line(tr(contrast.label))
    return f"{category_name(contrast.category)}: {_bare_label(contrast)}"


def _bare_label(contrast: Contrast) -> str:
    """The label without the name of its category, or of its test, before a colon."""
    names = (capital(_category(contrast.category)), "Control", *map(spelt, contrast.instruments))
    before, colon, _ = contrast.label.partition(": ")
    is_named = bool(colon) and before.replace("-", " ") in names
    # By the English label, which a translation follows with a colon in the same place.
    told = tr(contrast.label)
    return clean_line(told.partition(": ")[2] or told if is_named else told)


def spelt(identifier: str) -> str:
    """An identifier as words, as in `Flip rate` of `flip-rate`."""
    return capital(clean_line(identifier).replace("-", " "))


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str]) -> str:
    """As in `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return tr("{most} and {last}", most=", ".join(names[:-1]), last=names[-1])


def _kind_name(instrument: str, kind: str) -> str:
    told = KINDS.get(kind)
    if told is None:
        return f"{spelt(kind or instrument).lower()} ({heading_in_prose(instrument)})"
    return tr(told, score=score_name(instrument), heading=heading_in_prose(instrument))


def heading_in_prose(instrument: str) -> str:
    """The heading within a sentence: proper names, and German nouns, keep their capitals."""
    told = heading(instrument)
    if language() == "de" or told[:2].isupper():
        return told
    return f"{told[:1].lower()}{told[1:]}"
