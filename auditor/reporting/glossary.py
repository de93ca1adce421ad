"""The words that a reader may not know; those of a test only where it ran. Pure."""

import unicodedata

from auditor.core.fix_results import FixResult
from auditor.core.layer_results import LayersMissing
from auditor.reporting.language import language, mark, tr
from auditor.reporting.pages import Term
from auditor.reporting.view import PAIRING, View

CONDITIONS = "conditions"
FIX = "fix"
LAYERS, PATCHING, ABLATION, READINGS = "layers", "patching", "ablation", "readings"
_DECISIONS = ("hiring", "admissions")
_QUESTIONS = ("question-answering", "bbq")
_GUISES = ("matched-guise", "matched-guise-russian")

TERMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        mark("Ablation"),
        mark("Taking one direction out of the states of a layer, to see what depends on it."),
        (ABLATION,),
    ),
    (
        mark("Activation patching"),
        mark("Putting the state of a word from one text into another, to see whether it decides."),
        (PATCHING,),
    ),
    (
        mark("Agreement effect"),
        mark("Pull towards agreeing with a statement and with its mirror alike."),
        PAIRING,
    ),
    (mark("Battery"), mark("All questions of an audit, fixed and versioned."), ()),
    (
        mark("Bounds"),
        mark("What a number could be if all unusable answers went one way, or the other."),
        (),
    ),
    (
        mark("Condition"),
        mark(
            "What stands beside the same question: nothing, an instruction, reasoning, statistics."
        ),
        (CONDITIONS,),
    ),
    (
        mark("Contrast"),
        mark("Two groups compared on what a stereotype shares out between them."),
        (),
    ),
    (
        mark("Control band"),
        mark("What probes reach where the labels of the sentences were dealt out at random."),
        (LAYERS,),
    ),
    (
        mark("Control adapter"),
        mark("An adapter of the same size that learned nothing to the point, at the same KL."),
        (FIX,),
    ),
    (mark("Counter-stereotype"), mark("The mirror of the stereotype."), ()),
    (
        mark("Criterion"),
        mark("One measure of one contrast with the limit that it may not exceed."),
        (),
    ),
    (
        mark("Explicit score"),
        mark("Half the difference between agreement with a stereotype and with its mirror."),
        PAIRING,
    ),
    (
        mark("Flip rate"),
        mark(
            "How far decisions about one candidate differ between variants of one question: 0 if "
            "all agree, 1 if halves differ."
        ),
        ("stability",),
    ),
    (
        mark("Four fifths"),
        mark(
            "An impact ratio of 0.8: a value for screening (29 CFR 1607.4(D)), no limit of a law."
        ),
        _DECISIONS,
    ),
    (mark("Gap"), mark("Implicit minus explicit score, over the same stimuli."), PAIRING),
    (
        mark("Gate"),
        mark("The criteria that a fix must meet, all of them, on questions that it never saw."),
        (FIX,),
    ),
    (
        mark("Holm’s method"),
        mark("Makes p values stricter when several criteria are judged together."),
        (),
    ),
    (
        mark("Impact ratio"),
        mark("Selection rate of a group over that of the group selected most."),
        _DECISIONS,
    ),
    (
        mark("Implicit score"),
        mark("Preference for the stereotyped pairing when made to pair words."),
        PAIRING,
    ),
    (mark("Interval"), mark("The range of values that the data allow, at the level stated."), ()),
    (
        mark("KL"),
        mark("How far the fixed model’s next words are from the original’s, in nats a token."),
        (FIX,),
    ),
    (
        mark("Ladder"),
        mark("Other contrasts of a category, in words that say more or less plainly who is meant."),
        (),
    ),
    (
        mark("Limit"),
        mark("The largest size of a measure that the policy tolerates, either sign."),
        (),
    ),
    (
        mark("LoRA adapter"),
        mark("A few small matrices beside the weights; without them the model is as it was."),
        (FIX,),
    ),
    (
        mark("Log-odds"),
        mark("Logarithm of how many times likelier one answer is than the other."),
        (),
    ),
    (
        mark("Matched guise"),
        mark(
            "The same content in two dialects; what differs in the judgement is about the speaker."
        ),
        _GUISES,
    ),
    (
        mark("MDE"),
        mark("Minimum detectable effect: what would have been found with 80 % power."),
        (),
    ),
    (
        mark("Null control"),
        mark("A difference that means nothing; shows what the method alone produces."),
        (),
    ),
    (
        mark("Over-correction"),
        mark("A score that an instruction turns from above zero to below it."),
        (CONDITIONS,),
    ),
    (mark("Policy"), mark("The limits, declared and hashed before the run."), ()),
    (
        mark("Position effect"),
        mark("Pull towards answers in the order in which they are listed."),
        (),
    ),
    (
        mark("Positive control"),
        mark("What every reader answers alike; shows that the test can see."),
        (),
    ),
    (mark("Primary contrast"), mark("The contrast of a category that the policy judges."), ()),
    (
        mark("Probe"),
        mark("A linear rule that is learnt from a layer’s states and tells two senses apart."),
        (LAYERS,),
    ),
    (
        mark("Reading in words"),
        mark("What the model writes when a state is put in place of a word (patchscope, SelfIE)."),
        (READINGS,),
    ),
    (
        mark("Residual stream"),
        mark("What a layer hands on to the next: one vector for each token."),
        (LAYERS,),
    ),
    (
        mark("s_AMB, s_DIS"),
        mark("BBQ’s bias scores where the text does not tell, and where it does; 0 is none."),
        _QUESTIONS,
    ),
    (
        mark("Selection rate"),
        mark("Share of all applications of a group that are selected."),
        _DECISIONS,
    ),
    (
        mark("Selectivity"),
        mark("How much better a probe learns the senses than labels dealt out at random."),
        (LAYERS,),
    ),
    (
        mark("Shortfall"),
        mark("Persons of a group who would have been selected besides, at the highest rate."),
        _DECISIONS,
    ),
    (
        mark("Stimulus"),
        mark("One pair or case that several questions are about: the unit of inference."),
        (),
    ),
    (
        mark("Stimuli on its side"),
        mark("Share of the stimuli whose score, after balancing, is above zero."),
        PAIRING,
    ),
    (
        mark("Surprisal"),
        mark("How unlikely a text is to the model, in nats: its negative log-likelihood."),
        _GUISES,
    ),
    (
        mark("Unusable answer"),
        mark("A written answer that no rule could score: refused, cut off, off topic."),
        (),
    ),
)
"""Word, meaning, and the tests that use it; empty for all; in the order of the English words."""


def glossary(view: View) -> tuple[Term, ...]:
    """The words that this report uses."""
    used = {use.name for use in view.result.instruments}
    if any(m.condition != "question" for m in view.result.measures):
        used.add(CONDITIONS)
    used |= _inside(view)
    if isinstance(view.result.fix, FixResult):
        used.add(FIX)
    terms = [
        Term(word=tr(word), meaning=tr(meaning))
        for word, meaning, tests in TERMS
        if not tests or used & set(tests)
    ]
    return tuple(terms if language() == "en" else sorted(terms, key=_alphabetical))


def _alphabetical(term: Term) -> str:
    """The word without accents and case, as dictionaries order it."""
    bare = unicodedata.normalize("NFD", term.word.casefold())
    return "".join(character for character in bare if not unicodedata.combining(character))


def _inside(view: View) -> set[str]:
    """What was done with the layers; empty where they were not read."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        return set()
    return {
        LAYERS,
        *(PATCHING for c in told.concepts if c.patching),
        *(ABLATION for c in told.concepts if c.ablation),
        *(READINGS for c in told.concepts if c.readings),
    }
