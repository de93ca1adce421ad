"""LoRA adapters made on the spot by peft, with random weights in place of a training."""

from pathlib import Path
from typing import Any

import peft
import torch
import transformers

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BASE_NAME = "someone/tiny-model"


def random_peft_model(
    checkpoint: Path, *, seed: int = 0, spread: float = 0.3, **settings: Any
) -> Any:
    """A checkpoint with an adapter whose matrices B are drawn with this standard deviation."""
    network = transformers.AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    config = peft.LoraConfig(
        **{"r": 4, "lora_alpha": 8, "target_modules": list(ALL_LINEAR), **settings}
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = peft.get_peft_model(network, config)
        for name, parameter in model.named_parameters():
            if "lora_B" in name and spread > 0:
                torch.nn.init.normal_(parameter, std=spread)
    model.peft_config["default"].base_model_name_or_path = BASE_NAME
    return model.eval()


def write_adapter(checkpoint: Path, folder: Path, **settings: Any) -> Path:
    """Save a random adapter for a checkpoint as a PEFT folder."""
    return save_adapter(random_peft_model(checkpoint, **settings), folder)


def save_adapter(model: Any, folder: Path) -> Path:
    # Without this setting, peft looks for the base model on the hub.
    model.save_pretrained(folder, save_embedding_layers=False)
    return folder
