"""What a fix was trained on and how: facts, the curve, and its ends as a table. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.fix import Objective
from auditor.core.fix_evidence import Training
from auditor.core.fix_results import FixResult
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix.fix_chart import Line, TrainingChart, TrainingKey, TrainingPanel
from auditor.reporting.fix.fix_lookup import own_training
from auditor.reporting.fix.fix_names import OBJECTIVES, adapter_name
from auditor.reporting.fix.fix_tables import fix_table
from auditor.reporting.rounding import NONE, SPACE

_LEARNED: Mapping[Objective, str] = {
    "association-neutrality": "pairing questions",
    "concept-awareness": "sentences on senses",
    "supervised": "replies",
}


def training_facts(told: FixResult, own: Training) -> list[tuple[str, str, bool]]:
    """How the judged adapter was trained."""
    record, trained = told.record, own.trained
    settings = trained.settings
    blocks = trained.layers
    where = (
        f"{rounding.count(len(blocks))} decoder blocks, {blocks[0]} to {blocks[-1]}"
        if blocks
        else "no decoder block"
    )
    return [
        ("Objective", OBJECTIVES[settings.objective], False),
        ("Layers", f"{settings.layers}: {where}", False),
        (
            "Adapter",
            f"LoRA of rank {trained.rank}, alpha {settings.alpha}, on "
            f"{', '.join(clean_line(name) for name in settings.target_modules)}: "
            f"{rounding.count(trained.n_parameters)} parameters beside the model’s "
            f"{rounding.count(record.model.n_parameters)}",
            False,
        ),
        (
            "Steps",
            f"{_last_step(own)} of at most {settings.n_steps}, {settings.batch_size} clusters each;"
            f" step {trained.kept_step} kept; learning rate {settings.learning_rate:g}, weights of "
            f"the KL {settings.kl_weight:g} and of what is kept {settings.keep_weight:g}, seed "
            f"{settings.seed}, trained in {clean_line(record.training_dtype)}",
            False,
        ),
        ("Ended because", _ended(own), False),
        (
            "Data",
            f"version {clean_line(record.data_version)}: {rounding.count(record.n_pairs)} pairing "
            f"questions, {rounding.count(record.n_replies)} replies, "
            f"{rounding.count(record.n_senses)} sentences on senses, "
            f"{rounding.count(record.n_neutral)} neutral texts. It learns from the "
            f"{_LEARNED[settings.objective]} and is held close to the original on the neutral "
            "texts",
            False,
        ),
        ("Data hash", f"sha256 {record.data_sha256}", True),
        ("Adapter hash", f"sha256 {own.adapter_sha256}", True),
    ]


def held_out_sentence(told: FixResult) -> str:
    """That what it is judged on was never seen, with what that can be checked by."""
    record = told.record
    return (
        "What the fix is judged on was never seen in training: the questions are "
        f"{rounding.count(record.battery.n_items)} items of the battery’s audit split (version "
        f"{clean_line(record.battery.version)}, sha256 {_brief(record.battery.sha256)}), and the "
        f"everyday messages are a file of their own (sha256 {_brief(record.held_out_sha256)}). "
        "Training saw the fix split, which no audit asks. The gate’s limits (sha256 "
        f"{_brief(record.rules.sha256)}) were written down before the first step."
    )


def training_chart(told: FixResult) -> TrainingChart | None:
    """Loss, distance and stopping set by step; None where nothing was trained."""
    if not told.trainings:
        return None
    own = own_training(told)
    trainings = sorted(told.trainings, key=lambda one: one is own)
    steps = own.trained.steps
    stop = own.trained.settings.max_capability_loss
    changes = [(t, _stopping(t)) for t in trainings]
    return TrainingChart(
        title=_training_title(own),
        alt=chart_alt(
            "Training step by step, in three panels: the loss of what is learned, the distance "
            "from the original, and the stopping set.",
            [f"Kept: step {own.trained.kept_step} of {steps[-1].step if steps else 0}."],
        ),
        n_steps=max((s.step for t in trainings for s in t.trained.steps), default=0),
        kept_step=own.trained.kept_step,
        panels=(
            TrainingPanel(
                title="loss of what is learned",
                lines=tuple(
                    _line(t, [(s.step, s.bias_loss) for s in t.trained.steps]) for t in trainings
                ),
            ),
            TrainingPanel(
                title="KL to the original",
                lines=tuple(_line(t, [(s.step, s.kl) for s in t.trained.steps]) for t in trainings),
            ),
            TrainingPanel(
                title="stopping set, nats a token",
                lines=tuple(_line(t, points) for t, points in changes if points),
                limit=stop,
            ),
        ),
    )


def training_table(trainings: Sequence[Training]) -> Table:
    """What each training began with and kept."""
    heads = (
        "Adapter",
        "Steps",
        "Kept",
        "Loss",
        "Loss of what is learned",
        "KL",
        "Stopping set",
        "Ended by",
    )
    return fix_table(
        "t-fix-training",
        "Training: at step 0 and at the step that was kept",
        heads,
        [_training_row(one) for one in trainings],
        footnote="From step 0 → to the kept step. Loss: of what is learned, plus the weighted KL "
        "and what else is held. One number a step and no sample: there are no intervals, and "
        "nothing is judged by them.",
    )


def _brief(sha256: str) -> str:
    return clean_line(f"{sha256[:16]}…")


def _ended(own: Training) -> str:
    if own.trained.stopped_because == "done":
        return "all steps were made"
    loss = own.trained.settings.max_capability_loss
    return (
        f"the stopping set got worse by more than {loss:g} nats a token; the last step before "
        "that was kept"
    )


def _last_step(own: Training) -> int:
    return own.trained.steps[-1].step if own.trained.steps else 0


def _line(training: Training, points: Sequence[tuple[int, float]]) -> Line:
    settings = training.trained.settings
    key: TrainingKey = "control" if settings.control else "fix"
    if key == "fix" and "seed" in training.name:
        key = "seed"
    return Line(key=key, steps=tuple(s for s, _ in points), values=tuple(v for _, v in points))


def _stopping(training: Training) -> list[tuple[int, float]]:
    """The stopping set's nats a token, minus what they were at first."""
    seen = [(s.step, s.capability) for s in training.trained.steps if s.capability is not None]
    return [(step, value - seen[0][1]) for step, value in seen]


def _training_title(own: Training) -> str:
    trained = own.trained
    last = trained.steps[-1].step if trained.steps else 0
    if trained.stopped_because == "capability":
        return (
            f"Training stopped at step {last}: the stopping set got worse; step "
            f"{trained.kept_step} was kept"
        )
    return f"Training ran for all its {last} steps; step {trained.kept_step} was kept"


def _training_row(training: Training) -> tuple[Cell, ...]:
    trained = training.trained
    steps = trained.steps
    first = steps[0] if steps else None
    kept = next((s for s in steps if s.step == trained.kept_step), steps[-1] if steps else None)
    seen = [s for s in steps if s.capability is not None and s.step <= trained.kept_step]
    ends = (seen[0].capability, seen[-1].capability) if seen else (None, None)
    pairs = (
        (first.loss, kept.loss) if first and kept else (None, None),
        (first.bias_loss, kept.bias_loss) if first and kept else (None, None),
        (first.kl, kept.kl) if first and kept else (None, None),
        ends,
    )
    ended = {"done": "all steps made", "capability": "stopping set got worse"}
    return (
        Cell(text=naming.capital(adapter_name(training.name))),
        Cell(text=rounding.count(steps[-1].step if steps else 0), kind="number"),
        Cell(text=rounding.count(trained.kept_step), kind="number"),
        *(Cell(text=_from_to(*pair), kind="number") for pair in pairs),
        Cell(text=ended[trained.stopped_because]),
    )


def _from_to(first: float | None, last: float | None) -> str:
    if first is None or last is None:
        return NONE
    return f"{rounding.plain(first, digits=3)}{SPACE}→{SPACE}{rounding.plain(last, digits=3)}"
