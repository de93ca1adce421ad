"""What other pages say of the layers: scope, limits, method, provenance. Pure."""

from auditor.core.layer_results import LayerResult, LayersMissing, LayerSource
from auditor.reporting import rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.view import View

TITLE = "Inside the model"
_DEQUANTISED = (
    "The weights come from a GGUF file and were opened dequantised: these are the layers of the "
    "dequantised weights."
)
_OTHER_ARITHMETIC = (
    "The audit’s answers were computed in the file’s own quantised arithmetic, which differs."
)
LIMIT = (
    "What can be told from a layer need not be used by the model. What the curves do not show "
    f"stands in a box under “{TITLE}”."
)


def not_read(view: View) -> str:
    """Why the layers were not read, for the list of what was not run; empty where they were."""
    told = view.result.layers
    if not isinstance(told, LayersMissing):
        return ""
    return f"{TITLE} (layers): not read. {because_sentence(told.because)}"


def limits_met(view: View) -> list[str]:
    """What this run met: layers of other arithmetic, or none."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        is_met = told.kind == "not-possible"
        return [f"The layers could not be read. {because_sentence(told.because)}"] if is_met else []
    return [*dequantised(view, told), *base_missing(told)]


def limits_standing(view: View) -> list[str]:
    """What is true of every reading of layers."""
    return [] if isinstance(view.result.layers, LayersMissing) else [LIMIT]


def layer_method(view: View) -> list[tuple[str, str]]:
    """How the layers were read, with this run's own numbers; empty where they were not."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        return []
    return [("Layers", method(told))]


def layer_facts(told: LayerResult | LayersMissing) -> list[tuple[str, str, bool]]:
    """What a stranger needs to check the layers: label, text, and whether it is code."""
    if isinstance(told, LayersMissing):
        return []
    return [
        ("Senses", f"sha256 {told.senses_sha256}, version {told.senses_version}", True),
        ("Layers read in", _source(told.source), True),
        *([("Base layers read in", _source(told.base), True)] if told.base else []),
    ]


def base_missing(told: LayerResult) -> list[str]:
    because = told.base_missing_because
    return [f"The base model could not be read. {because_sentence(because)}"] if because else []


def because_sentence(reason: str) -> str:
    text = clean_line(reason, 300).strip()
    sentence = f"{text[:1].upper()}{text[1:]}" or "No reason was given"
    return sentence if sentence.endswith(".") else f"{sentence}."


def dequantised(view: View, result: LayerResult) -> list[str]:
    """That the layers are not quite those that answered; empty where they are."""
    is_other = view.result.record.model.backend == "llama-cpp"
    return [f"{note} {_OTHER_ARITHMETIC}" if is_other else note for note in read_from(result)]


def read_from(result: LayerResult) -> list[str]:
    """That the weights were opened dequantised; empty where they were not."""
    return [_DEQUANTISED] if result.source.is_dequantised else []


def method(result: LayerResult) -> str:
    return (
        "Linear probes on the residual stream at the last token of the tested word, in folds that "
        "hold out the pair of sentences and the word. The limit is the largest accuracy over all "
        f"layers of {rounding.count(result.n_shuffles)} relabellings, at a level shared by all "
        "concepts (max-statistic). Selectivity: Hewitt & Liang 2019. A layer can be read in "
        "prompts if its probe is above the limit and follows prompts in which the sense is stated. "
        "Patching is scored in log-odds over both orders of the options, against an unrelated "
        "word’s state, a difference of the same size in a random direction, and (shown, not judged "
        "by, for it may carry the sense itself) the state of another layer. Readings "
        f"in words: Chen et al. 2024 (SelfIE), with known answers as a check. Seed {result.seed}."
    )


def _source(source: LayerSource) -> str:
    how = ", dequantised" if source.is_dequantised else ""
    adapter = f" with adapter sha256 {source.adapter_sha256}" if source.adapter_sha256 else ""
    return (
        f"{clean_line(source.model)}, weights sha256 {source.weights_sha256}{adapter}, "
        f"{clean_line(source.architecture)}, {source.n_layers} blocks at "
        f"{clean_line(source.blocks)}, {clean_line(source.dtype)}{how}"
    )
