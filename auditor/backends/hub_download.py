"""Fetch a model from the Hugging Face hub: only when the user names one, and no pickles or code."""

from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from auditor.errors import ModelNotLoaded

_WANTED = ["*.safetensors", "*.json", "*.jinja", "*.txt", "tokenizer.model", "spiece.model"]
_UNWANTED = ["*/*"]
"""Folders of a repository hold copies for other libraries."""


def download(hub_id: str, *, revision: str | None, file: str | None) -> Path:
    """The folder of a checkpoint, or the path of one file, in the hub's own cache.

    `HF_HUB_OFFLINE=1` allows only what is already there.

    Raises:
        ModelNotLoaded: It is not there, not public, or the hub cannot be reached.
    """
    name = hub_id if revision is None else f"{hub_id}@{revision}"
    try:
        if file is not None:
            return Path(huggingface_hub.hf_hub_download(hub_id, file, revision=revision))
        return Path(
            huggingface_hub.snapshot_download(
                hub_id, revision=revision, allow_patterns=_WANTED, ignore_patterns=_UNWANTED
            )
        )
    except (HFValidationError, OSError, ValueError) as error:
        raise ModelNotLoaded(f"Cannot get {name} from the hub: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    match error:
        case GatedRepoError():
            return "it is gated; ask for access on its page, then type: hf auth login"
        case RepositoryNotFoundError():
            return "there is no such model; check the name, or type: hf auth login"
        case RevisionNotFoundError():
            return "it has no such revision; check what stands after the @."
        case LocalEntryNotFoundError() | OfflineModeIsEnabled():
            return (
                "it is not on this machine and the hub cannot be reached (or HF_HUB_OFFLINE is "
                "set); connect, or copy the model here and name its folder."
            )
        case EntryNotFoundError():
            return "it has no such file; check what stands after the colon."
        case HfHubHTTPError():
            return f"the hub answered {error.response.status_code}; try again later."
        case _:
            return f"{' '.join(str(error).split())[:200] or type(error).__name__}."
