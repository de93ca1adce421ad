"""What other pages say of the layers: scope, limits, method, provenance. Pure."""

from auditor.core.layer_results import LayerResult, LayersMissing, LayerSource
from auditor.reporting import rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_numbers import joined
from auditor.reporting.view import View

TITLE = mark("Inside the model")
_DEQUANTISED = mark(
    "The weights come from a GGUF file and were opened dequantised: these are the layers of the "
    "dequantised weights."
)
_OTHER_ARITHMETIC = mark(
    "The audit’s answers were computed in the file’s own quantised arithmetic, which differs."
)
LIMIT = mark(
    "What can be told from a layer need not be used by the model. What the curves do not show "
    "stands in a box under “Inside the model”."
)


def not_read(view: View) -> str:
    """Why the layers were not read, for the list of what was not run; empty where they were."""
    told = view.result.layers
    if not isinstance(told, LayersMissing):
        return ""
    return joined([tr("Inside the model (layers): not read."), because_sentence(told.because)])


def limits_met(view: View) -> list[str]:
    """What this run met: layers of other arithmetic, or none."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        if told.kind != "not-possible":
            return []
        return [joined([tr("The layers could not be read."), because_sentence(told.because)])]
    return [*dequantised(view, told), *base_missing(told)]


def limits_standing(view: View) -> list[str]:
    """What is true of every reading of layers."""
    return [] if isinstance(view.result.layers, LayersMissing) else [tr(LIMIT)]


def layer_method(view: View) -> list[tuple[str, str]]:
    """How the layers were read, with this run's own numbers; empty where they were not."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        return []
    return [(tr("Layers"), method(told))]


def layer_facts(told: LayerResult | LayersMissing) -> list[tuple[str, str, bool]]:
    """What a stranger needs to check the layers: label, text, and whether it is code."""
    if isinstance(told, LayersMissing):
        return []
    return [
        (tr("Senses"), _senses(told), True),
        (tr("Layers read in"), _source(told.source), True),
        *([(tr("Base layers read in"), _source(told.base), True)] if told.base else []),
    ]


def base_missing(told: LayerResult) -> list[str]:
    because = told.base_missing_because
    if not because:
        return []
    return [joined([tr("The base model could not be read."), because_sentence(because)])]


def because_sentence(reason: str) -> str:
    text = clean_line(tr(reason) if reason else "", 300).strip()
    sentence = f"{text[:1].upper()}{text[1:]}" or tr("No reason was given")
    return sentence if sentence.endswith(".") else f"{sentence}."


def dequantised(view: View, result: LayerResult) -> list[str]:
    """That the layers are not quite those that answered; empty where they are."""
    is_other = view.result.record.model.backend == "llama-cpp"
    notes = read_from(result)
    return [f"{note} {tr(_OTHER_ARITHMETIC)}" for note in notes] if is_other else notes


def read_from(result: LayerResult) -> list[str]:
    """That the weights were opened dequantised; empty where they were not."""
    return [tr(_DEQUANTISED)] if result.source.is_dequantised else []


def method(result: LayerResult) -> str:
    return tr(
        "Linear probes on the residual stream at the last token of the tested word, in folds that "
        "hold out the pair of sentences and the word. The limit is the largest accuracy over all "
        "layers of {relabellings} relabellings, at a level shared by all "
        "concepts (max-statistic). Selectivity: Hewitt & Liang 2019. A layer can be read in "
        "prompts if its probe is above the limit and follows prompts in which the sense is stated. "
        "Patching is scored in log-odds over both orders of the options, against an unrelated "
        "word’s state, a difference of the same size in a random direction, and (shown, not judged "
        "by, for it may carry the sense itself) the state of another layer. Readings "
        "in words: Chen et al. 2024 (SelfIE), with known answers as a check. Seed {seed}.",
        relabellings=rounding.count(result.n_shuffles),
        seed=result.seed,
    )


def _senses(told: LayerResult) -> str:
    sha256, version = told.senses_sha256, told.senses_version
    return tr("sha256 {sha256}, version {version}", sha256=sha256, version=version)


def _source(source: LayerSource) -> str:
    """What was read, as a list of entries that each stand for themselves."""
    weights = tr("weights sha256 {sha256}", sha256=source.weights_sha256)
    if source.adapter_sha256:
        weights = tr(
            "weights sha256 {sha256} with adapter sha256 {adapter}",
            sha256=source.weights_sha256,
            adapter=source.adapter_sha256,
        )
    return ", ".join(
        (
            clean_line(source.model),
            weights,
            clean_line(source.architecture),
            tr("{n} blocks at {place}", n=source.n_layers, place=clean_line(source.blocks)),
            clean_line(source.dtype),
            *([tr("dequantised")] if source.is_dequantised else []),
        )
    )
