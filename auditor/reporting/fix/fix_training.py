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
from auditor.reporting.language import SPACE, mark, number, tr
from auditor.reporting.rounding import NONE

_LEARNED: Mapping[Objective, str] = {
    "association-neutrality": mark(
        "It learns from the pairing questions and is held close to the original on the neutral "
        "texts"
    ),
    "concept-awareness": mark(
        "It learns from the sentences on senses and is held close to the original on the neutral "
        "texts"
    ),
    "supervised": mark(
        "It learns from the replies and is held close to the original on the neutral texts"
    ),
}
_ENDED = {"done": mark("all steps made"), "capability": mark("stopping set got worse")}


def training_facts(told: FixResult, own: Training) -> list[tuple[str, str, bool]]:
    """How the judged adapter was trained."""
    record, trained = told.record, own.trained
    settings = trained.settings
    blocks = trained.layers
    where = (
        tr(
            "{n} decoder blocks, {first} to {last}",
            n=rounding.count(len(blocks)),
            first=blocks[0],
            last=blocks[-1],
        )
        if blocks
        else tr("no decoder block")
    )
    return [
        (tr("Objective"), tr(OBJECTIVES[settings.objective]), False),
        (tr("Layers"), f"{settings.layers}: {where}", False),
        (
            tr("Adapter"),
            tr(
                "LoRA of rank {rank}, alpha {alpha}, on {modules}: {n} parameters beside the "
                "model’s {n_of_model}",
                rank=trained.rank,
                alpha=settings.alpha,
                modules=", ".join(clean_line(name) for name in settings.target_modules),
                n=rounding.count(trained.n_parameters),
                n_of_model=rounding.count(record.model.n_parameters),
            ),
            False,
        ),
        (
            tr("Steps"),
            _steps(told, own),
            False,
        ),
        (tr("Ended because"), _ended(own), False),
        (tr("Data"), f"{_data(told)} {tr(_LEARNED[settings.objective])}", False),
        (tr("Data hash"), f"sha256 {record.data_sha256}", True),
        (tr("Adapter hash"), f"sha256 {own.adapter_sha256}", True),
    ]


def _steps(told: FixResult, own: Training) -> str:
    settings = own.trained.settings
    return tr(
        "{made} of at most {most}, {clusters} clusters each; step {kept} kept; learning rate "
        "{rate}, weights of the KL {kl_weight} and of what is kept {keep_weight}, seed {seed}, "
        "trained in {dtype}",
        made=_last_step(own),
        most=settings.n_steps,
        clusters=settings.batch_size,
        kept=own.trained.kept_step,
        rate=number(f"{settings.learning_rate:g}"),
        kl_weight=number(f"{settings.kl_weight:g}"),
        keep_weight=number(f"{settings.keep_weight:g}"),
        seed=settings.seed,
        dtype=clean_line(told.record.training_dtype),
    )


def _data(told: FixResult) -> str:
    record = told.record
    return tr(
        "version {version}: {pairs} pairing questions, {replies} replies, {senses} sentences on "
        "senses, {neutral} neutral texts.",
        version=clean_line(record.data_version),
        pairs=rounding.count(record.n_pairs),
        replies=rounding.count(record.n_replies),
        senses=rounding.count(record.n_senses),
        neutral=rounding.count(record.n_neutral),
    )


def held_out_sentence(told: FixResult) -> str:
    """That what it is judged on was never seen, with what that can be checked by."""
    record = told.record
    return tr(
        "What the fix is judged on was never seen in training: the questions are {n} items of the "
        "battery’s audit split (version {version}, sha256 {battery}), and the everyday messages "
        "are a file of their own (sha256 {held_out}). Training saw the fix split, which no audit "
        "asks. The gate’s limits (sha256 {rules}) were written down before the first step.",
        n=rounding.count(record.battery.n_items),
        version=clean_line(record.battery.version),
        battery=_brief(record.battery.sha256),
        held_out=_brief(record.held_out_sha256),
        rules=_brief(record.rules.sha256),
    )


def training_chart(told: FixResult) -> TrainingChart | None:
    """Loss, distance and stopping set by step; None where nothing was trained."""
    if not told.trainings:
        return None
    own = own_training(told)
    trainings = sorted(told.trainings, key=lambda one: one is own)
    stop = own.trained.settings.max_capability_loss
    changes = [(t, _stopping(t)) for t in trainings]
    return TrainingChart(
        title=_training_title(own),
        alt=chart_alt(
            tr(
                "Training step by step, in three panels: the loss of what is learned, the distance "
                "from the original, and the stopping set."
            ),
            [tr("Kept: step {kept} of {last}.", kept=own.trained.kept_step, last=_last_step(own))],
        ),
        n_steps=max((s.step for t in trainings for s in t.trained.steps), default=0),
        kept_step=own.trained.kept_step,
        panels=(
            TrainingPanel(
                title=tr("loss of what is learned"),
                lines=tuple(
                    _line(t, [(s.step, s.bias_loss) for s in t.trained.steps]) for t in trainings
                ),
            ),
            TrainingPanel(
                title=tr("KL to the original"),
                lines=tuple(_line(t, [(s.step, s.kl) for s in t.trained.steps]) for t in trainings),
            ),
            TrainingPanel(
                title=tr("stopping set, nats a token"),
                lines=tuple(_line(t, points) for t, points in changes if points),
                limit=stop,
            ),
        ),
    )


def training_table(trainings: Sequence[Training]) -> Table:
    """What each training began with and kept."""
    heads = (
        tr("Adapter"),
        tr("Steps"),
        tr("Kept"),
        tr("Loss"),
        tr("Loss of what is learned"),
        "KL",
        tr("Stopping set"),
        tr("Ended by"),
    )
    return fix_table(
        "t-fix-training",
        tr("Training: at step 0 and at the step that was kept"),
        heads,
        [_training_row(one) for one in trainings],
        footnote=tr(
            "From step 0 → to the kept step. Loss: of what is learned, plus the weighted KL and "
            "what else is held. One number a step and no sample: there are no intervals, and "
            "nothing is judged by them."
        ),
    )


def _brief(sha256: str) -> str:
    return clean_line(f"{sha256[:16]}…")


def _ended(own: Training) -> str:
    if own.trained.stopped_because == "done":
        return tr("all steps were made")
    loss = own.trained.settings.max_capability_loss
    return tr(
        "the stopping set got worse by more than {loss} nats a token; the last step before that "
        "was kept",
        loss=number(f"{loss:g}"),
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
    last, kept = _last_step(own), own.trained.kept_step
    if own.trained.stopped_because == "capability":
        return tr(
            "Training stopped at step {last}: the stopping set got worse; step {kept} was kept",
            last=last,
            kept=kept,
        )
    return tr("Training ran for all its {last} steps; step {kept} was kept", last=last, kept=kept)


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
    return (
        Cell(text=naming.capital(adapter_name(training.name))),
        Cell(text=rounding.count(steps[-1].step if steps else 0), kind="number"),
        Cell(text=rounding.count(trained.kept_step), kind="number"),
        *(Cell(text=_from_to(*pair), kind="number") for pair in pairs),
        Cell(text=tr(_ENDED[trained.stopped_because])),
    )


def _from_to(first: float | None, last: float | None) -> str:
    if first is None or last is None:
        return NONE
    return f"{rounding.plain(first, digits=3)}{SPACE}→{SPACE}{rounding.plain(last, digits=3)}"
