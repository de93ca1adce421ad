"""Everyday messages on which an original model and a fixed one are compared."""

from hashlib import sha256
from importlib.resources.abc import Traversable

import msgspec

from auditor.core.fix_evidence import HeldOutText
from auditor.prompt_library.battery_files import read_file
from auditor.prompt_library.fix import (
    MANIFEST,
    FixManifest,
    check_messages,
    read_messages,
    refuse_too_few,
)
from auditor.prompt_library.gate import load_gate_rules
from auditor.resources import data_root


def load_held_out(*, root: Traversable | None = None) -> tuple[tuple[HeldOutText, ...], str]:
    """All held-out messages with their replies, and the sha256 of them; a tier takes the first.

    `root` is the folder `prompts`, the shipped one if None. That none of them is asked in an
    audit, `load_fix_data` looks after.

    Raises:
        BatteryInvalid: a message is also learned from or watched, or a tier asks for more.
    """
    folder = data_root() / "prompts" if root is None else root
    manifest = read_file(folder, MANIFEST, FixManifest)
    messages = read_messages(folder, manifest.held_out)
    others = (read_messages(folder, name) for name in (manifest.neutral, manifest.stopping))
    check_messages((*messages, *(one for each in others for one in each)))
    wanted = max(size.n_held_out for _, size in load_gate_rules(root=root).tiers)
    refuse_too_few(manifest.held_out, len(messages), wanted)
    texts = tuple(
        HeldOutText(text_id=f"held-out-{number:02d}", text=one.text, reply=one.reply)
        for number, one in enumerate(messages, start=1)
    )
    return texts, sha256(msgspec.json.encode(texts)).hexdigest()
