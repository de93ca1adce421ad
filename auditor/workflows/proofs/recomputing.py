"""The numbers of a run, computed again from its answers and compared byte by byte."""

from auditor.core.layer_results import LayerResult
from auditor.core.policy import Policy
from auditor.errors import AuditorError
from auditor.proof.checks import Check, altered, cannot, ok
from auditor.store import RESPONSES, RunFolder, json_bytes
from auditor.workflows.concluding import number_files
from auditor.workflows.layers import LAYERS, conclude_layer_file, layer_file
from auditor.workflows.run_files import POLICY
from auditor.workflows.stored_run import check_run, score_run


def recomputed_checks(folder: RunFolder) -> list[Check]:
    """Measures, findings and layers against those that the evidence gives; nothing is written."""
    try:
        computed = _computed(folder)
    except AuditorError as error:
        return [cannot("recomputing", str(error))]
    found = [
        altered(name, f"is not what {RESPONSES} gives, computed again.")
        for name, content in computed.items()
        if not _holds(folder, name, content)
    ]
    if not found:
        said = f"computed again from {RESPONSES}, byte for byte the same."
        found.append(ok(", ".join(computed), said))
    return found


def _computed(folder: RunFolder) -> dict[str, bytes]:
    record, battery = check_run(folder)
    policy = folder.read_json(POLICY, Policy)
    files = dict(number_files(record, policy, score_run(folder, battery, policy)))
    layers = conclude_layer_file(layer_file(folder))
    if isinstance(layers, LayerResult):
        files[LAYERS] = layers
    return {name: json_bytes(value) for name, value in files.items()}


def _holds(folder: RunFolder, name: str, content: bytes) -> bool:
    path = folder.path / name
    return path.is_file() and path.read_bytes() == content
