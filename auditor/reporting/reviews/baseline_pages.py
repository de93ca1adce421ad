"""What changed since an earlier run of the model. Pure."""

from auditor.battery.reviewing.changes import MORE_UNUSABLE, SAME_SHARE
from auditor.core.review import Review, ReviewMissing
from auditor.reporting import rounding
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import ReviewSection
from auditor.reporting.reviews.change_parts import change_part
from auditor.reporting.reviews.change_words import differs_words, run_words, tally_sentence
from auditor.reporting.view import View

_TITLE = mark("Change since the last audit")
HOW = mark(
    "Differences are paired: each stimulus is compared with itself, and the p values are adjusted "
    "over all criteria compared (Holm 1979). Same: the 90 % interval of the difference lies within "
    "{share} of the limit. Worse and better: a difference is shown, and the score lies farther "
    "from zero, or nearer, than before. Undecided: neither a difference nor its absence is shown, "
    "or the share of unusable answers rose by more than {unusable}: what fell silent is not called "
    "better."
)


def baseline(view: View) -> ReviewSection | None:
    """The comparison with the baseline; None where none was asked for."""
    found = view.result.baseline
    if isinstance(found, ReviewMissing):
        return None if found.kind == "not-asked" else _not_comparable(found)
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


def _not_comparable(found: ReviewMissing) -> ReviewSection:
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
        parts=(),
    )
