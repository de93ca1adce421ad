"""Train one adapter: the same settings, data and model make the same bytes, broken off or not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import peft
import torch
import transformers

from auditor.core.fix import FixData, FixSettings, TrainedAdapter
from auditor.core.model import ReadableModel
from auditor.errors import FixNotTrained
from auditor.fixing.adapter_folder import (
    key_of,
    read_checkpoint,
    write_adapter,
    write_checkpoint,
)
from auditor.fixing.controls import shuffle_sides
from auditor.fixing.injected import Injected, inject
from auditor.fixing.layer_groups import group_blocks, plan_ranks
from auditor.fixing.losses import add_language_loss
from auditor.fixing.objectives import choose_objective
from auditor.fixing.passes import Passes, choose_passes
from auditor.fixing.reading_data import encode_clusters, encode_replies
from auditor.fixing.targets import Targets, find_targets
from auditor.fixing.training_loop import OnStep, Training

_CLASSIFIER_RATE = 1e-2
"""Learning rate of what is thrown away; it must keep up with the adapter."""
_FORMAT = 2
"""Of a checkpoint; another one is not gone on from."""


def train_adapter(
    model: ReadableModel,
    data: FixData,
    settings: FixSettings,
    *,
    folder: Path,
    base_sha256: str,
    base_name: str,
    on_step: OnStep,
) -> TrainedAdapter:
    """Train an adapter and write it as a PEFT folder; the model leaves as it came.

    `TrainingStep.step` counts the updates made: the numbers of step k are those of the network
    after k updates, from 0 to `n_steps`. Where training broke off, the same call goes on from its
    last checkpoint in `folder`, to the same bytes.

    Args:
        model: On a processor in float32, two trainings give the same bytes.
        data: What is learned, what is kept, and what is only watched.
        settings: How.
        folder: For the adapter, and for checkpoints while it is made.
        base_sha256: Of the model's weights.
        base_name: What the adapter is to call its base model.
        on_step: Told every step, and `n_steps`.

    Raises:
        FixNotTrained: The model lacks the layers, the data the texts, the machine the memory; the
            loss is not finite; or the folder cannot be written.
    """
    targets = find_targets(model.module, settings.target_modules)
    ranks = _ranks(targets, settings)
    if settings.control == "shuffled":
        data = shuffle_sides(data, seed=settings.seed)
    key = _key(model, data, settings, base_sha256)
    with (
        _enough_memory(),
        inject(model.module, targets, ranks, alpha=settings.alpha, seed=settings.seed) as adapter,
    ):
        training = _begin(model, adapter, data, settings, targets, ranks)
        training.resume(read_checkpoint(folder, key=key))
        training.run(lambda: write_checkpoint(folder, training.checkpoint(), key=key), on_step)
        write_adapter(folder, adapter, training.kept, base_name=base_name)
        n_parameters = sum(each.numel() for each in adapter.matrices.values())
    return TrainedAdapter(
        settings=settings,
        base_sha256=base_sha256,
        data_sha256=data.sha256,
        n_parameters=n_parameters,
        layers=tuple(ranks),
        rank=min(ranks.values()),
        steps=tuple(training.history),
        stopped_because=training.stopped_because or "done",
        kept_step=training.kept_step,
    )


def _begin(
    model: ReadableModel,
    adapter: Injected,
    data: FixData,
    settings: FixSettings,
    targets: Targets,
    ranks: Mapping[int, int],
) -> Training:
    passes = _passes(model, data)
    block = model.module.get_submodule(f"{targets.blocks}.{_sense_layer(targets, ranks)}")
    objective = choose_objective(model, passes, adapter, data, settings, sense_block=block)
    groups = [{"params": list(adapter.matrices.values()), "top_lr": settings.learning_rate}]
    if objective.parameters:
        groups.append({"params": list(objective.parameters), "top_lr": _CLASSIFIER_RATE})
    stopping = encode_replies(model, data.stopping)

    @torch.no_grad()
    def look() -> float | None:
        return add_language_loss(passes, stopping) if stopping else None

    return Training(
        adapter=adapter,
        objective=objective,
        optimizer=torch.optim.AdamW(groups, weight_decay=0.0, foreach=False),
        settings=settings,
        look=look,
        kept=adapter.copy(),
    )


def _ranks(targets: Targets, settings: FixSettings) -> dict[int, int]:
    try:
        ranks = plan_ranks(targets.costs, settings.layers, settings.rank)
    except ValueError as failure:
        raise FixNotTrained(f"{failure} Choose other layers, or other target modules.") from failure
    n_parameters = sum(rank * targets.costs[block] for block, rank in ranks.items())
    if len(set(targets.costs)) == 1 and n_parameters != settings.rank * sum(targets.costs):
        raise AssertionError("layer groups of unequal size")
    return ranks


def _sense_layer(targets: Targets, ranks: Mapping[int, int]) -> int:
    """The last early block; for an adapter that begins behind it, its own last."""
    early = group_blocks(len(targets.costs), "early")[-1]
    return early if early >= min(ranks) else max(ranks)


def _passes(model: ReadableModel, data: FixData) -> Passes:
    """Tried out on the widest of what is to be read."""
    prompts = encode_replies(model, (*data.neutral, *data.replies, *data.stopping))
    for cluster in encode_clusters(model, (*data.pairs, *data.kept)):
        prompts += cluster.cells
    sequences = [each.prompt_ids + ids for each in prompts for ids in each.continuation_ids]
    return choose_passes(model.module, sorted(sequences, key=len)[-3:])


def _key(model: ReadableModel, data: FixData, settings: FixSettings, base_sha256: str) -> str:
    """Whatever changes the numbers."""
    return key_of(
        {
            "format": _FORMAT,
            "settings": asdict(settings),
            "data": data.sha256,
            "base": base_sha256,
            "dtype": str(model.module.dtype),
            "form": model.render("text", "reply"),
            "versions": [each.__version__ for each in (torch, transformers, peft)],
        }
    )


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and not any(
            words in str(error) for words in ("can't allocate memory", "not enough memory")
        ):
            raise
        raise FixNotTrained(
            "The machine ran out of memory in the training; free some, open the model in "
            "bfloat16, or name a smaller model."
        ) from error
