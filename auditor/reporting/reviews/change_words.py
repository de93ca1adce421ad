"""What became of a criterion between two runs, in words. Pure.

No word says more than the interval of the paired difference: `same` needs the whole 90 % interval
inside a margin, `worse` and `better` a difference that is shown after correction.
"""

from collections.abc import Mapping, Sequence

from auditor.core.review import Change, ReviewedRun, Word
from auditor.reporting import rounding
from auditor.reporting.blocks import VerdictMark
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, tr

SIGNS: Mapping[Word, tuple[str, str, str]] = {
    "worse": ("✗", mark("worse"), "v-fail"),
    "better": ("✓", mark("better"), "v-pass"),
    "same": ("=", mark("same"), "v-pass"),
    "undecided": ("?", mark("undecided"), "v-open"),
    "new": ("+", mark("new"), "v-open"),
    "gone": ("–", mark("gone"), "v-open"),
    "not-compared": ("∅", mark("not compared"), "v-none"),
}
"""Sign, word and class, worst first; the order in which they are counted."""
_DIFFERS: Mapping[str, str] = {
    "weights": mark("the weights"),
    "declared-weights": mark(
        "the weights, for all that is known (a server declares them, nobody measured them)"
    ),
    "quantisation": mark("the quantisation"),
    "adapter": mark("the adapter"),
    "tokenizer": mark("the tokenizer"),
    "chat-template": mark("the chat template"),
    "backend": mark("the program that runs the model"),
    "arithmetic": mark("the arithmetic"),
    "policy": mark("the policy"),
    "seed": mark("the seed"),
    "battery": mark("the battery"),
    "tier": mark("the tier"),
    "instruments": mark("the tests that were run"),
    "bbq": mark("the copy of BBQ"),
    "size": mark("the architecture or the number of parameters"),
    "auditor": mark("the version of auditor"),
    "template-date": mark("the date told to chat templates"),
    "batch-size": mark("the number of questions in a batch"),
    "gpu-layers": mark("the layers on the GPU"),
    "threads": mark("the number of threads"),
}


def mark_of(word: Word) -> VerdictMark:
    """A word with its sign."""
    sign, told, css = SIGNS[word]
    return VerdictMark(sign=sign, word=tr(told), css=css)


def run_words(run: ReviewedRun) -> str:
    """Which run, for a sentence."""
    told = {
        "model": clean_line(run.model.name),
        "run": clean_line(run.run_id),
        "date": rounding.moment(run.created),
    }
    if run.model.is_declared:
        return tr("{model}, run {run} of {date}, declared by its server, not measured", **told)
    return tr(
        "{model}, run {run} of {date}, weights sha256 {sha}…",
        sha=run.model.weights_sha256[:16],
        **told,
    )


def differs_words(codes: Sequence[str]) -> str:
    """What is not the same, as a list."""
    return ", ".join(tr(_DIFFERS[code]) for code in codes)


def tally_sentence(changes: Sequence[Change]) -> str:
    """The same as a sentence, with their number."""
    n = rounding.count(len(changes))
    return tr("{n} criteria: {tally}.", n=n, tally=tally_words(changes))


def tally_words(changes: Sequence[Change]) -> str:
    """How many criteria each word stands for; those without any are left out."""
    counts = {word: sum(one.word == word for one in changes) for word in SIGNS}
    return "; ".join(f"{tr(SIGNS[word][1])} {rounding.count(n)}" for word, n in counts.items() if n)
