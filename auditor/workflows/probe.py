"""Read the layers of a model alone, without asking the battery."""

from dataclasses import dataclass
from pathlib import Path

from auditor.backends import resolve_model
from auditor.core.layer_results import LayerResult
from auditor.core.runs import ModelIdentity
from auditor.errors import LayersNotFound, RunUnreadable
from auditor.reporting.html import layer_chart_files, render_layers_html
from auditor.reporting.layers.layer_page import summarise_layers
from auditor.store import RECORD, RunFolder, open_run_folder
from auditor.workflows.layers import (
    LAYERS,
    LayerFile,
    LayerRequest,
    OnStep,
    conclude_layer_file,
    layer_file,
    note_base,
    note_evidence,
    opened,
    senses_of,
)

LAYERS_PAGE = "layers.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOutcome:
    """What a reading of the layers came to, and where it stands."""

    result: LayerResult
    folder: RunFolder
    files: tuple[str, ...]


def run_probe(
    model_name: str, request: LayerRequest, *, out: Path, is_fresh: bool, on_step: OnStep
) -> ProbeOutcome:
    """Read a model's layers, and those of its base where one is named.

    Raises:
        AuditorError: The model or its layers cannot be read, or the folder holds something else.
    """
    senses_of(request)
    source = resolve_model(model_name)
    if request.base is not None:
        resolve_model(request.base)
    with open_run_folder(out) as folder:
        if folder.has_record():
            raise RunUnreadable(
                f"{out} holds an audit ({RECORD}): choose another folder with --out, or read its "
                "layers with the audit's own command."
            )
        if is_fresh:
            (folder.path / LayerFile.FILE).unlink(missing_ok=True)
        with opened(source, request, adapter=request.adapter) as model:
            _refuse_other(folder, model.identity)
            note_evidence(folder, request, model, on_step)
        note_base(folder, request, on_step)
        return _conclude(folder)


def _refuse_other(folder: RunFolder, model: ModelIdentity) -> None:
    earlier = layer_file(folder).evidence
    mine = (model.weights_sha256, model.adapter_sha256)
    if earlier is not None and (earlier.weights_sha256, earlier.adapter_sha256) != mine:
        raise RunUnreadable(
            f"{folder.path} holds the layers of another model ({earlier.model}): choose another "
            "folder with --out, or replace them with --fresh."
        )


def _conclude(folder: RunFolder) -> ProbeOutcome:
    result = conclude_layer_file(layer_file(folder))
    if not isinstance(result, LayerResult):
        raise LayersNotFound(result.because)
    folder.write_json(LAYERS, result)
    page = summarise_layers(result)
    folder.write_bytes(LAYERS_PAGE, render_layers_html(page).encode())
    drawn = {f"charts/{name}": svg for name, svg in layer_chart_files(page).items()}
    for name, svg in drawn.items():
        folder.write_bytes(name, svg.encode())
    files = (LayerFile.FILE, LAYERS, LAYERS_PAGE)
    folder.write_manifest([*files, *drawn])
    return ProbeOutcome(result=result, folder=folder, files=files)
