"""The words that a reader may not know; those of a test only where it ran. Pure."""

from auditor.core.fix_results import FixResult
from auditor.core.layer_results import LayersMissing
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
        "Ablation",
        "Taking one direction out of the states of a layer, to see what depends on it.",
        (ABLATION,),
    ),
    (
        "Activation patching",
        "Putting the state of a word from one text into another, to see whether it decides.",
        (PATCHING,),
    ),
    (
        "Agreement effect",
        "Pull towards agreeing with a statement and with its mirror alike.",
        PAIRING,
    ),
    ("Battery", "All questions of an audit, fixed and versioned.", ()),
    ("Bounds", "What a number could be if all unusable answers went one way, or the other.", ()),
    (
        "Condition",
        "What stands beside the same question: nothing, an instruction, reasoning, statistics.",
        (CONDITIONS,),
    ),
    ("Contrast", "Two groups compared on what a stereotype shares out between them.", ()),
    (
        "Control band",
        "What probes reach where the labels of the sentences were dealt out at random.",
        (LAYERS,),
    ),
    (
        "Control adapter",
        "An adapter of the same size that learned nothing to the point, at the same KL.",
        (FIX,),
    ),
    ("Counter-stereotype", "The mirror of the stereotype.", ()),
    ("Criterion", "One measure of one contrast with the limit that it may not exceed.", ()),
    (
        "Explicit score",
        "Half the difference between agreement with a stereotype and with its mirror.",
        PAIRING,
    ),
    (
        "Flip rate",
        "How far decisions about one candidate differ between variants of one question: 0 if all "
        "agree, 1 if halves differ.",
        ("stability",),
    ),
    (
        "Four fifths",
        "An impact ratio of 0.8: a value for screening (29 CFR 1607.4(D)), no limit of a law.",
        _DECISIONS,
    ),
    ("Gap", "Implicit minus explicit score, over the same stimuli.", PAIRING),
    (
        "Gate",
        "The criteria that a fix must meet, all of them, on questions that it never saw.",
        (FIX,),
    ),
    ("Holm’s method", "Makes p values stricter when several criteria are judged together.", ()),
    (
        "Impact ratio",
        "Selection rate of a group over that of the group selected most.",
        _DECISIONS,
    ),
    ("Implicit score", "Preference for the stereotyped pairing when made to pair words.", PAIRING),
    ("Interval", "The range of values that the data allow, at the level stated.", ()),
    (
        "KL",
        "How far the fixed model’s next words are from the original’s, in nats a token.",
        (FIX,),
    ),
    (
        "Ladder",
        "Other contrasts of a category, in words that say more or less plainly who is meant.",
        (),
    ),
    ("Limit", "The largest size of a measure that the policy tolerates, either sign.", ()),
    (
        "LoRA adapter",
        "A few small matrices beside the weights; without them the model is as it was.",
        (FIX,),
    ),
    ("Log-odds", "Logarithm of how many times likelier one answer is than the other.", ()),
    (
        "Matched guise",
        "The same content in two dialects; what differs in the judgement is about the speaker.",
        _GUISES,
    ),
    ("MDE", "Minimum detectable effect: what would have been found with 80 % power.", ()),
    ("Null control", "A difference that means nothing; shows what the method alone produces.", ()),
    (
        "Over-correction",
        "A score that an instruction turns from above zero to below it.",
        (CONDITIONS,),
    ),
    ("Policy", "The limits, declared and hashed before the run.", ()),
    ("Position effect", "Pull towards answers in the order in which they are listed.", ()),
    ("Positive control", "What every reader answers alike; shows that the test can see.", ()),
    ("Primary contrast", "The contrast of a category that the policy judges.", ()),
    (
        "Probe",
        "A linear rule that is learnt from a layer’s states and tells two senses apart.",
        (LAYERS,),
    ),
    (
        "Reading in words",
        "What the model writes when a state is put in place of a word (patchscope, SelfIE).",
        (READINGS,),
    ),
    (
        "Residual stream",
        "What a layer hands on to the next: one vector for each token.",
        (LAYERS,),
    ),
    (
        "s_AMB, s_DIS",
        "BBQ’s bias scores where the text does not tell, and where it does; 0 is none.",
        _QUESTIONS,
    ),
    ("Selection rate", "Share of all applications of a group that are selected.", _DECISIONS),
    (
        "Selectivity",
        "How much better a probe learns the senses than labels dealt out at random.",
        (LAYERS,),
    ),
    (
        "Shortfall",
        "Persons of a group who would have been selected besides, at the highest rate.",
        _DECISIONS,
    ),
    ("Stimulus", "One pair or case that several questions are about: the unit of inference.", ()),
    (
        "Stimuli on its side",
        "Share of the stimuli whose score, after balancing, is above zero.",
        PAIRING,
    ),
    (
        "Surprisal",
        "How unlikely a text is to the model, in nats: its negative log-likelihood.",
        _GUISES,
    ),
    (
        "Unusable answer",
        "A written answer that no rule could score: refused, cut off, off topic.",
        (),
    ),
)
"""Word, meaning, and the tests that use it; empty for all."""


def glossary(view: View) -> tuple[Term, ...]:
    """The words that this report uses."""
    used = {use.name for use in view.result.instruments}
    if any(m.condition != "question" for m in view.result.measures):
        used.add(CONDITIONS)
    used |= _inside(view)
    if isinstance(view.result.fix, FixResult):
        used.add(FIX)
    return tuple(
        Term(word=word, meaning=meaning)
        for word, meaning, tests in TERMS
        if not tests or used & set(tests)
    )


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
