"""Where a run's folder is, when the user does not say."""

import re
from pathlib import Path

REPORTS = Path("reports")


def default_folder(model: str, what: str) -> Path:
    """Under `reports`, named by the model as typed (`org/name`, `./name.gguf`) without slashes."""
    is_path = Path(model).exists()
    short = Path(model).resolve().name.removesuffix(".gguf") if is_path else model
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", short).strip("-.") or "model"
    return REPORTS / f"{slug}-{what}"
