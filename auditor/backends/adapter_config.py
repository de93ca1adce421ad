"""What a PEFT folder's `adapter_config.json` says, and whether it is a plain LoRA."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.backends.checkpoint_folder import read_json
from auditor.errors import ModelNotLoaded

MERGE_INSTEAD = (
    "merge the adapter into its base model, with merge_and_unload() of peft, "
    "and audit the merged model"
)
_REFUSED = {
    "use_dora": "DoRA",
    "use_qalora": "QALoRA",
    "use_bdlora": "block-diagonal LoRA",
    "lora_bias": "a bias of its own",
    "modules_to_save": "modules that were trained whole",
    "trainable_token_indices": "tokens that were trained",
    "target_parameters": "parameters outside of linear layers",
    "layer_replication": "replicated layers",
    "alora_invocation_tokens": "tokens that switch it on",
}
"""Settings that change what comes out, and are not done here."""
_READ = frozenset(
    {
        "peft_type",
        "r",
        "lora_alpha",
        "rank_pattern",
        "alpha_pattern",
        "use_rslora",
        "bias",
        "init_lora_weights",
        "base_model_name_or_path",
        "auto_mapping",
    }
)
_HARMLESS = frozenset(
    {
        "task_type",
        "peft_version",
        "revision",
        "inference_mode",
        "target_modules",
        "exclude_modules",
        "layers_to_transform",
        "layers_pattern",
        "lora_dropout",
        "fan_in_fan_out",
        "megatron_config",
        "megatron_core",
        "loftq_config",
        "eva_config",
        "corda_config",
        "lora_ga_config",
        "qalora_group_size",
        "runtime_config",
        "ensure_weight_tying",
    }
)
"""Of training, of finding the layers, and of saving: the matrices tell what came of it."""
_PLAIN_STARTS = (None, True, False, "gaussian", "eva", "orthogonal")
"""Ways of initialising that leave the base model's own weights as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeftSettings:
    """How strong each module's product of matrices is, and what it was trained on."""

    base_name: str | None
    """As in `org/name`, or a folder on the machine where it was trained."""
    base_class: str | None
    """As in `LlamaForCausalLM`; most adapters do not say."""
    rank: int
    alpha: float
    rank_pattern: Mapping[str, float]
    alpha_pattern: Mapping[str, float]
    uses_rslora: bool

    def rank_of(self, module: str) -> int:
        """Rank of a module, by its name in the base model."""
        return int(_by_pattern(self.rank_pattern, module, self.rank))

    def scaling_of(self, module: str) -> float:
        """What a module's B·A is multiplied by: alpha / r, for rsLoRA alpha / √r."""
        rank = self.rank_of(module)
        alpha = _by_pattern(self.alpha_pattern, module, self.alpha)
        return alpha / (math.sqrt(rank) if self.uses_rslora else rank)


def read_peft_settings(path: Path) -> PeftSettings:
    """Read an `adapter_config.json`.

    Raises:
        ModelNotLoaded: It is damaged, or asks for more than a plain LoRA.
    """
    content = read_json(path)
    _require_plain(path, content)
    mapping = content.get("auto_mapping")
    base_class = mapping.get("base_model_class") if isinstance(mapping, dict) else None
    rank = _positive(path, "r", content.get("r"))
    if rank != int(rank):
        raise _damaged(path, "r")
    return PeftSettings(
        base_name=str(content.get("base_model_name_or_path") or "") or None,
        base_class=base_class if isinstance(base_class, str) else None,
        rank=int(rank),
        alpha=_positive(path, "lora_alpha", content.get("lora_alpha")),
        rank_pattern=_pattern(path, "rank_pattern", content),
        alpha_pattern=_pattern(path, "alpha_pattern", content),
        uses_rslora=content.get("use_rslora") is True,
    )


def _require_plain(path: Path, content: Mapping[str, object]) -> None:
    kind = content.get("peft_type")
    if kind != "LORA":
        raise ModelNotLoaded(f"{path} is of the kind {kind}, and only LORA is supported.")
    bias = content.get("bias")
    if bias not in (None, "none"):
        raise ModelNotLoaded(
            f"{path} trains biases too (bias: {bias}), which is not supported; {MERGE_INSTEAD}."
        )
    for key, words in _REFUSED.items():
        if content.get(key):
            raise ModelNotLoaded(
                f"{path} uses {words} ({key}), which is not supported; {MERGE_INSTEAD}."
            )
    start = content.get("init_lora_weights")
    if start not in _PLAIN_STARTS:
        raise ModelNotLoaded(
            f"{path} was initialised by {start}, which changes the base model's own weights; save "
            "it again with path_initial_model_for_weight_conversion of peft, which makes it plain."
        )
    unknown = sorted(
        key for key, value in content.items() if value and key not in _READ | _HARMLESS
    )
    if unknown:
        raise ModelNotLoaded(
            f"{path} sets {', '.join(unknown)}, which auditor does not know; {MERGE_INSTEAD}."
        )


def _by_pattern(pattern: Mapping[str, float], module: str, otherwise: float) -> float:
    """The first entry whose key is the name's end, as a regular expression; so peft has it."""
    for key, value in pattern.items():
        if re.match(rf"(.*\.)?({key})$", module):
            return value
    return otherwise


def _pattern(path: Path, name: str, content: Mapping[str, object]) -> dict[str, float]:
    found = content.get(name) or {}
    if not isinstance(found, dict):
        raise _damaged(path, name)
    for key in found:
        try:
            re.compile(key)
        except re.error as error:
            raise _damaged(path, name) from error
    return {key: _positive(path, name, value) for key, value in found.items()}


def _positive(path: Path, name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < float(value) < math.inf:  # type: ignore[arg-type]
        raise _damaged(path, name)
    return float(value)  # type: ignore[arg-type]


def _damaged(path: Path, name: str) -> ModelNotLoaded:
    return ModelNotLoaded(
        f"{path} is damaged: {name} is not made of positive numbers; copy the adapter again."
    )
