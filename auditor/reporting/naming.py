"""What instruments, measures, conditions and contrasts are called in print. Pure."""

from collections.abc import Mapping

from auditor.core.items import Condition, Contrast
from auditor.core.runs import ModelIdentity
from auditor.reporting.cleaning import clean_line
from auditor.reporting.instrument_texts import INSTRUMENTS

CONDITIONS: Mapping[Condition, str] = {
    "question": "plain question",
    "instruction": "instruction against bias",
    "neutral-instruction": "neutral instruction",
    "chain-of-thought": "instruction and reasoning first",
    "match-statistics": "statistics given",
}
SHORT_CONDITIONS: Mapping[Condition, str] = {
    "question": "plain",
    "instruction": "instruction",
    "neutral-instruction": "neutral",
    "chain-of-thought": "reasoning",
    "match-statistics": "statistics",
}
"""For a chart or the head of a column."""
INTERACTION = "matched-guise-interaction"

_WHOLE_NAMES: Mapping[str, str] = {
    "word-association.stereotype-rate": "stereotyped pairings",
    "word-association.counter-rate": "counter-stereotyped pairings",
    "word-association.invalid-rate": "unusable pairings",
    "mirrored-statements.stereotype-rate": "stereotyped ratings",
    "mirrored-statements.counter-rate": "counter-stereotyped ratings",
    "mirrored-statements.invalid-rate": "unusable ratings",
    "gap": "implicit minus explicit",
    INTERACTION: "dialect effect, English minus Russian",
}
_KINDS: Mapping[str, str] = {
    "score": "{score}",
    "score-change": "change of the {score}",
    "invalid-rate": "unusable answers ({heading})",
    "accuracy-ambiguous": "accuracy, ambiguous texts",
    "accuracy-disambiguated": "accuracy, disambiguated texts",
    "accuracy-aligned": "accuracy where the stereotype is true",
    "accuracy-nonaligned": "accuracy where the stereotype is false",
    "accuracy-cost": "accuracy lost where the stereotype is false",
    "unknown-rate": "answers “unknown”",
    "s-amb": "s_AMB",
    "s-amb-of-all": "s_AMB of all answers",
    "s-dis": "s_DIS",
    "stereotype-share-known": "stereotyped answers among those that name somebody",
    "stereotype-rate": "stereotyped answers ({heading})",
    "stereotype-rate-valid": "stereotyped answers among the usable ({heading})",
    "counter-rate": "counter-stereotyped answers ({heading})",
    "yes-rate": "answers “yes” ({heading})",
    "no-rate": "answers “no” ({heading})",
    "she-rate": "answers “she”",
    "he-rate": "answers “he”",
    "they-rate": "answers “they”",
    "correlation": "correlation with the share of women",
    "slope": "slope on the share of women",
    "probability-she": "mean probability of “she”",
    "probability-he": "mean probability of “he”",
    "probability-they": "mean probability of “they”",
    "spread": "spread of the probability of “she”",
    "selection-rate": "selection rate",
    "impact-ratio": "impact ratio",
    "rejection-ratio": "ratio of rejections",
    "shortfall": "shortfall",
    "mcnemar": "McNemar’s p",
    "discordant-rate": "pairs decided differently",
    "refusal-gap": "difference in refusals",
    "excess": "dialect minus control",
    "surprisal": "surprisal",
    "surprisal-mismatch": "surprisal of the dialect minus that of the control",
    "unfavourable-rate": "unfavourable answers",
    "verdict-control": "control of written verdicts",
    "ambiguity": "ambiguity",
    "discrepancy": "discrepancy",
    "near-threshold": "decisions near their threshold",
    "format-spread": "spread over formats",
    "flip-rate": "flip rate",
    "self-consistency": "self-consistency",
    "format-deviation": "deviation over formats",
    "flip-rate-paraphrase": "flips over wordings",
    "flip-rate-order": "flips over orders",
    "flip-rate-sampling": "flips over drawn answers",
    "scoring-rate": "scoring rate",
    "scoring-impact-ratio": "impact ratio of scoring rates",
    "selection-rate-valid": "selection rate of usable answers",
    "stratum-difference": "difference of the {score} between strata",
    "accuracy": "share of right answers ({heading})",
    "gotcha-accuracy": "share of right answers against the statistics",
    "correlation-three-way": "correlation, “they” included",
    "rmse-to-statistics": "distance from the statistics",
    "rmse-to-half": "distance from one half",
    "resolution-difference": "“she” taken for the occupation more readily than “he”",
    "resolution-correlation": "the same, correlated with the share of women",
}


def short_name(measure_name: str) -> str:
    """What a measure is called in a sentence; never its name as it is typed."""
    base, _, condition = measure_name.partition("@")
    under = f" under {_condition(condition)}" if condition else ""
    if base in _WHOLE_NAMES:
        return f"{_WHOLE_NAMES[base]}{under}"
    instrument, _, kind = base.partition(".")
    plain = kind.removesuffix("-text") if kind.endswith("-text") else kind.removeprefix("text-")
    written = " in text" if plain != kind else ""
    return f"{_kind_name(instrument, plain)}{written}{under}"


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
    groups = {"target": contrast.target, "reference": contrast.reference}
    under = f" Asked under {_condition(condition)}." if condition else ""
    kind = kind_of(base)
    if text is not None and (kind == "score" or base == "gap"):
        return f"{text.asks.format(**groups)}{under}"
    if text is not None and kind == "text-score":
        return f"{text.asks_in_text.format(**groups)}{under}"
    about = contrast_title(contrast)
    if kind == "invalid-rate":
        return f"How many of the written answers on “{about}” are unusable?{under}"
    return f"How large is the {short_name(measure_name)} for “{about}”?"


def heading(instrument: str) -> str:
    """An instrument's plain name."""
    text = INSTRUMENTS.get(instrument)
    return text.heading if text else spelt(instrument)


def title(instrument: str) -> str:
    """An instrument's plain name beside the one that is typed."""
    text = INSTRUMENTS.get(instrument)
    return text.title if text else clean_line(instrument)


def score_name(instrument: str) -> str:
    """What an instrument's score is called in a sentence."""
    text = INSTRUMENTS.get(instrument)
    return text.score if text else f"{spelt(instrument).lower()} score"


def model_name(model: ModelIdentity) -> str:
    """What was audited: with an adapter it is another model than the file alone."""
    return clean_line(model.name) + (" with an adapter" if model.adapter_sha256 else "")


def category_name(category: str) -> str:
    """A category as a reader sees it."""
    return capital(category.replace("-", " ").replace("socio economic", "socio-economic"))


def contrast_name(contrast: Contrast) -> str:
    """What a contrast is called beside its category, whose name its label may begin with."""
    return capital(_bare_label(contrast))


def contrast_title(contrast: Contrast) -> str:
    """What a contrast is called on its own."""
    category = category_name(contrast.category)
    if contrast.label.startswith(category):
        return clean_line(contrast.label)
    return f"{category}: {_bare_label(contrast)}"


def _bare_label(contrast: Contrast) -> str:
    """The label without the name of its category, or of its test, before a colon."""
    names = (category_name(contrast.category), "Control", *map(spelt, contrast.instruments))
    before, colon, rest = contrast.label.partition(": ")
    is_named = bool(colon) and before.replace("-", " ") in names
    return clean_line(rest if is_named else contrast.label)


def spelt(identifier: str) -> str:
    """An identifier as words, as in `Flip rate` of `flip-rate`."""
    return capital(clean_line(identifier).replace("-", " "))


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def _kind_name(instrument: str, kind: str) -> str:
    told = _KINDS.get(kind)
    if told is None:
        return f"{spelt(kind or instrument).lower()} ({_in_prose(instrument)})"
    return told.format(score=score_name(instrument), heading=_in_prose(instrument))


def _in_prose(instrument: str) -> str:
    """The heading within a sentence: proper names keep their capitals."""
    told = heading(instrument)
    return told if told[:2].isupper() else f"{told[:1].lower()}{told[1:]}"


def _condition(name: str) -> str:
    return next((words for key, words in CONDITIONS.items() if key == name), spelt(name).lower())
