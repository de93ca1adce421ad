"""Method: design, statistics, the rule and the run's own numbers. Pure."""

from auditor.reporting import rounding, standing
from auditor.reporting.blocks import Cell, Column, Fact, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.layers import layer_notes
from auditor.reporting.pages import Method
from auditor.reporting.reviews import increase_words
from auditor.reporting.view import View

_CROSSINGS = {
    "word-association": mark("2 orders of groups × 2 orders of words"),
    "mirrored-statements": mark("statement and mirror × 2 orders of groups"),
}


def method(view: View) -> Method:
    """Design, statistics and the rule, with the run's own numbers."""
    settings, policy = view.result.record.settings, view.result.policy
    own = (
        *layer_notes.layer_method(view),
        *fix_notes.fix_method(view),
        *([(tr("Counts"), counts)] if (counts := _counts(view)) else []),
        (
            tr("Policy"),
            tr(
                "{name} {version}, owner {owner}, {n} criteria, hashed before the first question. "
                "{description}",
                name=clean_line(policy.name),
                version=clean_line(policy.version),
                owner=clean_line(tr(policy.owner)),
                n=rounding.count(len(policy.criteria)),
                description=clean_line(tr(policy.description), 400),
            ),
        ),
        *(
            [(tr("Increase since an earlier run"), increase_words.how())]
            if view.result.baseline_findings
            else []
        ),
        (tr("Seed"), _seed(view, settings.seed)),
    )
    general = (
        (tr(k), tr(v)) for key, (k, v) in standing.METHOD.items() if key not in _unused(view)
    )
    return Method(
        paragraphs=tuple(Fact(label=k, text=v) for k, v in (*general, *own)),
        rule=tuple(tr(step) for step in standing.RULE),
        noise=_noise(view),
    )


def _seed(view: View, seed: int) -> str:
    if is_drawn(view):
        return tr(
            "{seed}. It decides which questions are scored a second time, for the numerical noise, "
            "and the drawn answers; all other answers are greedy.",
            seed=seed,
        )
    return tr(
        "{seed}. It decides which questions are scored a second time, for the numerical noise; all "
        "other answers are greedy.",
        seed=seed,
    )


def _unused(view: View) -> frozenset[str]:
    """Paragraphs on what this run did not ask, by their keys."""
    has_conditions = any(m.condition != "question" for m in view.result.measures)
    return frozenset(
        {
            *(() if view.primaries else ("wordings",)),
            *(() if has_conditions else ("conditions",)),
        }
    )


def is_drawn(view: View) -> bool:
    """Whether some answers were drawn instead of being the likeliest."""
    return any(".flip-rate-sampling" in m.name for m in view.result.measures)


def _counts(view: View) -> str:
    """How many questions there are, by the rule that makes them."""
    parts = []
    for use in view.result.instruments:
        text = INSTRUMENTS.get(use.name)
        if text is None or use.name not in _CROSSINGS:
            continue
        each, rest = divmod(use.n_items, 4 * use.n_stimuli) if use.n_stimuli else (0, 1)
        facts = {
            "test": tr(text.title),
            "crossing": tr(_CROSSINGS[use.name]),
            "tier": view.result.record.settings.tier,
            "questions": rounding.count(use.n_items),
            "stimuli": rounding.count(use.n_stimuli),
        }
        parts.append(
            tr(
                "{test}: for each stimulus {crossing} × its wordings, {questions} questions on "
                "{stimuli} stimuli.",
                **facts,
            )
            if rest or not each
            else tr_n(
                "{test}: for each stimulus {crossing} × its wordings; in tier {tier} each stimulus "
                "has one wording, {questions} questions on {stimuli} stimuli.",
                "{test}: for each stimulus {crossing} × its wordings; in tier {tier} each stimulus "
                "has {n} wordings, {questions} questions on {stimuli} stimuli.",
                each,
                **facts,
            )
        )
    return " ".join(parts)


def _noise(view: View) -> Table | None:
    if not view.result.noise:
        return None
    columns = (
        tr("Test"),
        tr("Items scored twice"),
        tr("Standard deviation"),
        tr("Largest difference"),
    )
    return Table(
        table_id="t-noise",
        caption=tr("Numerical noise: the same items in another batch, difference in log-odds"),
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(
            (
                Cell(text=clean_line(noise.instrument)),
                Cell(text=rounding.count(noise.n), kind="number"),
                Cell(text=rounding.plain(noise.standard_deviation, digits=3), kind="number"),
                Cell(text=rounding.plain(noise.largest, digits=3), kind="number"),
            )
            for noise in view.result.noise
        ),
        footnote=_noise_note(view),
        is_dense=True,
    )


def _noise_note(view: View) -> str:
    """How the table's numbers come about: few items each, so that none is taken to be quiet."""
    noise = view.result.noise
    # Pooled noise is the least that any test is given, and some test is never above it.
    pooled = rounding.plain(min(one.standard_deviation for one in noise), digits=3)
    told = tr(
        "Standard deviation: root mean square of a test’s differences, but at least that of all "
        "tests together ({pooled}), since a few items may be quiet by luck; it may so be larger "
        "than the largest difference.",
        pooled=pooled,
    )
    n, n_all = sum(one.n for one in noise), view.result.n_repeated
    if n >= n_all:
        return told
    counted = tr(
        "Of the {n_all} questions scored again, {n} give log-odds; the others are of sentences "
        "that are scored alone (surprisal).",
        n=rounding.count(n),
        n_all=rounding.count(n_all),
    )
    return f"{told} {counted}"
