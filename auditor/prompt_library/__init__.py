"""The text of the battery and the policies: YAML under `prompts/`, checked and made into values."""

from auditor.prompt_library.battery import askers, load_battery
from auditor.prompt_library.policy import load_policy

__all__ = ["askers", "load_battery", "load_policy"]
