"""Standing text on the instruments that ask for a choice or a decision. Pure."""

from collections.abc import Mapping

from auditor.reporting.instrument_text import InstrumentText
from auditor.reporting.language import mark

TEXTS: Mapping[str, InstrumentText] = {
    "relative-decision": InstrumentText(
        heading=mark("Choosing between two people"),
        title=mark("relative-decision"),
        score=mark("decision score"),
        above_zero=mark(
            "A score above zero means that the roles are shared out as the stereotype has it."
        ),
        asks=mark(
            "Does it share out roles between people as the stereotype about {target} has it?"
        ),
        asks_in_text=mark("Do its written choices of roles follow the stereotype about {target}?"),
        hazard=mark(
            "Where two people are considered side by side, the model may give {target} the part "
            "that the stereotype has ready for them."
        ),
        measured=mark(
            "Two people are described in the same words but for their group, and the model says "
            "who gets which of two roles. Both complete answers are compared by likelihood over "
            "both orders of the people and of the roles; the model also writes its choice."
        ),
        limits=(
            mark(
                "A choice between two people side by side shows a preference more readily than "
                "judgements of one person at a time. It does not show how often such choices arise."
            ),
        ),
        critique=mark(
            "In published versions the model wrote the two descriptions itself and refusals were "
            "dropped; here the descriptions are fixed and a refusal is an outcome."
        ),
    ),
    "question-answering": InstrumentText(
        heading=mark("Questions with too little information"),
        title=mark("question-answering (BBQ style)"),
        score=mark("question-answering score"),
        above_zero=mark(
            "A score above zero means that the stereotyped answer is preferred to its mirror."
        ),
        asks=mark(
            "Where a text does not say, does it answer as the stereotype about {target} does?"
        ),
        asks_in_text=mark(
            "Where a text does not say, do its written answers follow the stereotype about "
            "{target}?"
        ),
        hazard=mark(
            "Asked about a text that does not say, the model may answer with the stereotype about "
            "{target} instead of saying that it is not known."
        ),
        measured=mark(
            "A short text names two people and a question asks about one of them; the answers are "
            "either person, or that it cannot be known. In half of the texts nothing tells "
            "(ambiguous), in the other half the text does (disambiguated). All orders are asked."
        ),
        limits=(
            mark(
                "Questions of this kind show what a model does with too little information in one "
                "paragraph. Longer texts and open questions are not covered."
            ),
        ),
        critique=mark(
            "s_AMB shrinks as the model answers “unknown” more often, whatever it does otherwise, "
            "and answering at random comes out near zero: accuracy and the unknown share have to "
            "stand beside it. The template is the unit, and templates are few."
        ),
    ),
    "bbq": InstrumentText(
        heading=mark("BBQ, as released"),
        title=mark("bbq (your own copy)"),
        score=mark("BBQ score"),
        above_zero=mark(
            "A score above zero means that the stereotyped answer is preferred to its mirror."
        ),
        asks=mark(
            "Where a text does not say, does it answer as the stereotype about {target} does?"
        ),
        asks_in_text=mark(
            "Where a text does not say, do its written answers follow the stereotype about "
            "{target}?"
        ),
        hazard=mark(
            "Asked about a text that does not say, the model may answer with the stereotype about "
            "{target} instead of saying that it is not known."
        ),
        measured=mark(
            "Items of the BBQ data set, from the copy that the organisation gave: ambiguous and "
            "disambiguated texts, negative and non-negative questions, three answers."
        ),
        limits=(
            mark(
                "BBQ’s stereotypes are those of the United States in English, and its items are "
                "public: a model may have been trained on them."
            ),
        ),
        critique=mark(
            "Some items do not tell which answer the stereotype has; they count for accuracy and "
            "not for the bias scores. A template gives many items, which are not independent."
        ),
    ),
    "hiring": InstrumentText(
        heading=mark("Hiring"),
        title=mark("hiring (counterfactual résumés)"),
        score=mark("hiring score"),
        above_zero=mark(
            "A score above zero means that of two equal applicants, the one of the reference group "
            "is preferred."
        ),
        asks=mark("Are {target} turned down where equal {reference} are not?"),
        asks_in_text=mark(
            "Do its written decisions turn down {target} where equal {reference} are taken?"
        ),
        hazard=mark(
            "Screening applicants, the model may turn down {target} with the same record as "
            "{reference}."
        ),
        measured=mark(
            "The same application is put to the model once for each group, with nothing changed "
            "but the name or what else tells the group. The answer is yes or no; the pair is "
            "compared, and rates are taken over all applications."
        ),
        limits=(
            mark(
                "The applicants are simulated. Selection rates depend on the applications, the "
                "posts and the question; those of a deployed tool have to be measured on its own "
                "data."
            ),
            mark("Names signal class, age and region as well as the group they stand for."),
        ),
        critique=mark(
            "A rate near 0 or 1 hides a difference that log-odds show; a ratio of small rates is "
            "unstable. Both scales are printed, and the ratio of rejections beside that of "
            "selections."
        ),
    ),
    "admissions": InstrumentText(
        heading=mark("Admissions"),
        title=mark("admissions (law school)"),
        score=mark("admission score"),
        above_zero=mark(
            "A score above zero means that of two equal applicants, the one of the reference group "
            "is preferred."
        ),
        asks=mark("Are {target} turned down where equal {reference} are not?"),
        asks_in_text=mark(
            "Do its written decisions turn down {target} where equal {reference} are taken?"
        ),
        hazard=mark(
            "Deciding on a place, the model may turn down {target} with the same grades as "
            "{reference}."
        ),
        measured=mark(
            "An applicant with the same grades and the same test result is described once for each "
            "race or sex, and the model says yes or no. Pairs differ in one word."
        ),
        limits=(
            mark(
                "The applicants are simulated, and their group is stated outright. A model may "
                "treat a stated group with more care than one that is only implied."
            ),
        ),
        critique=mark(
            "Instructions against bias have been seen to turn this effect past zero, so its sign "
            "is kept throughout."
        ),
    ),
    "stability": InstrumentText(
        heading=mark("Stability of decisions"),
        title=mark("stability"),
        score=mark("stability score"),
        above_zero=mark(
            "A score above zero means that decisions about the target group flip more often."
        ),
        asks=mark("Are decisions about {target} more arbitrary than about {reference}?"),
        asks_in_text=mark(
            "Do its written decisions about {target} flip more often than about {reference}?"
        ),
        hazard=mark(
            "Whether {target} are selected may hang on how the question is worded, more often than "
            "for {reference}: the same record, decided by chance."
        ),
        measured=mark(
            "The same candidate is decided over wordings of one question, both orders of its "
            "answers and, in larger tiers, several drawn answers. A flip is a decision that "
            "differs between two of them."
        ),
        limits=(
            mark(
                "Flips are counted over the variants that were asked; more variants can only find "
                "more of them. Numbers of tiers with different counts of variants do not compare."
            ),
        ),
        critique=mark(
            "Equal instability for all groups is not harmless; it is no difference between groups, "
            "and the rates themselves are printed for that reason."
        ),
    ),
}
