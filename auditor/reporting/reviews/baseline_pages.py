"""What changed since an earlier run of the model. Pure."""

from auditor.battery.reviewing.changes import MORE_UNUSABLE, SAME_SHARE
from auditor.core.review import Review, ReviewMissing
from auditor.reporting import rounding
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Part, ReviewSection
from auditor.reporting.reviews.change_parts import change_part
from auditor.reporting.reviews.change_words import differs_words, run_words, tally_sentence
from auditor.reporting.reviews.increase_parts import increase_part
from auditor.reporting.view import View

_TITLE = mark("Change since the last audit")
HOW = mark(
    "Differences are paired: each stimulus is compared with itself, and the p values are adjusted "
    "over all criteria compared (Holm 1979). Same: the 90 % interval of the difference lies within "
    "{share} of the limit, of written answers also with one more stimulus of which half turned. "
    "Worse and better: a difference is shown, and the score lies farther from zero, or nearer, "
    "than before; where it changed sides, that is shown too. Undecided: neither a difference nor "
    "its absence is shown, or a score changed sides and is about as large as before, or the share "
    "of unusable answers rose by more than {unusable}: what fell silent is not called better."
)


def baseline(view: View) -> ReviewSection | None:
    """The comparison with the baseline; None where none was asked for."""
    found = view.result.baseline
    increases = increase_part(view)
    parts = (increases,) if increases else ()
    if isinstance(found, ReviewMissing):
        return _missing(found, parts)
    return ReviewSection(
        section_id="baseline",
        title=tr(_TITLE),
        lead=(
            tr("Compared with {run}.", run=run_words(found.first)),
            _what_differs(found),
            tally_sentence(found.changes),
            how(),
        ),
        parts=(
            change_part(
                view,
                found,
                key="baseline",
                title=tr("Before and now"),
                lead="",
                heads=(tr("before"), tr("now")),
            ),
            *parts,
        ),
    )


def how() -> str:
    """How two runs are compared."""
    return tr(
        HOW, share=rounding.percent(SAME_SHARE), unusable=rounding.points(MORE_UNUSABLE).lstrip("+")
    )


def _what_differs(found: Review) -> str:
    if not found.what_differs:
        return tr(
            "Weights, adapter, chat template, arithmetic, policy and seed are the same in both "
            "runs."
        )
    return tr(
        "Not the same in the two runs: {differs}. What each of them contributes is not told apart.",
        differs=differs_words(found.what_differs),
    )


def _missing(found: ReviewMissing, parts: tuple[Part, ...]) -> ReviewSection | None:
    """That there is no comparison; None where nobody and no policy asked for one."""
    if found.kind == "not-asked" and not parts:
        return None
    if found.kind == "not-comparable":
        return _not_comparable(found, parts)
    told = {
        "not-asked": tr("No earlier run was given to compare with."),
        "no-earlier-run": tr("There is no earlier run that can be compared with this one."),
    }
    return ReviewSection(
        section_id="baseline", title=tr(_TITLE), lead=(told[found.kind],), parts=parts
    )


def _not_comparable(found: ReviewMissing, parts: tuple[Part, ...]) -> ReviewSection:
    run = found.run
    return ReviewSection(
        section_id="baseline",
        title=tr(_TITLE),
        lead=(
            tr("The baseline was {run}.", run=run_words(run)) if run else "",
            tr(
                "It is not comparable, and no number here is compared with it. Not the same: "
                "{differs}.",
                differs=differs_words(found.because),
            ),
        ),
        parts=parts,
    )
