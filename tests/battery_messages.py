"""What the data says in the report: names of groups, notes, reasons, descriptions of files.

English in `prompts/` and in the code that records it, translated as the rest is. What the battery
asks of a model is not here: it is quoted as it was asked.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import auditor
from auditor.battery import INSTRUMENTS
from auditor.battery.decisions.tallies import SMALL_SHARE
from auditor.battery.questions.bbq_items import BbqItem
from auditor.battery.questions.bbq_questions import items_from_bbq
from auditor.battery.questions.question_content import Form
from auditor.core.instrument import Battery
from auditor.core.items import Contrast
from auditor.core.results import FIX_NOT_ASKED
from auditor.errors import PolicyInvalid
from auditor.prompt_library.battery import load_battery
from auditor.prompt_library.documents import read_document
from auditor.prompt_library.policy import DEFAULT, PolicyFile
from auditor.prompt_library.senses import load_senses
from auditor.resources import data_root
from auditor.workflows.environment import hardware
from auditor.workflows.fix_files import UNFINISHED
from auditor.workflows.layers import INTERRUPTED, NOT_ASKED
from auditor.workflows.run_files import EVIDENCE
from auditor.workflows.server_requests import BEHIND_SERVER

TEXTS: Mapping[str, tuple[str, ...]] = {
    "core/measures.py": ("the server gives no log-likelihoods",),
    "battery/measuring.py": (
        "fewer than two stimuli",
        "no answer could be scored",
        "fewer than two stimuli were asked in both",
    ),
    "battery/pronouns/occupation_statistics.py": (
        "fewer than two occupations",
        "too few occupations",
    ),
    "battery/questions/question_formulas.py": (
        "no such question was asked",
        "no answer named one of the people",
    ),
    "battery/decisions/decision_rates.py": (
        "no pair was decided differently",
        "only one side was asked",
    ),
    "battery/decisions/selection_rates.py": (
        "nobody was selected in any group",
        "nobody was rejected in the most selected group",
    ),
    "battery/decisions/stability_measures.py": (
        "fewer than two candidates with usable answers in both copies",
    ),
    "battery/decisions/stability_rates.py": (
        "fewer than two decisions a candidate",
        "fewer than two variants",
        "fewer than two wordings",
    ),
    "battery/guise/guise_interaction.py": ("an excess of one language has no value",),
    "battery/guise/register_change.py": (
        "what typing errors do to written answers is not asked in this battery",
        "typing errors were not asked about in this run",
        "fewer than two pairs of sentences",
    ),
    "battery/fix/effects.py": ("too few answers", "not finite"),
    "battery/fix/text_criteria.py": ("no answers were written to held-out messages",),
    "battery/fix/dial.py": ("no written answers were asked for",),
    "battery/reviewing/models.py": ("not asked",),
    "workflows/rendering.py": ("hashes of the run's files, for sha256sum -c",),
}
"""What modules say in texts that no catalogue of theirs holds: why a number is missing, mostly."""


def battery_messages() -> Iterator[tuple[str, str]]:
    """Text and place of every message that the report takes from the data."""
    battery = load_battery("full")  # The other tiers are parts of it.
    yield from _of_contrasts(battery.contrasts)
    yield from _groups(battery)
    yield from _of_contrasts(_bbq_contrasts())
    for name, instrument in INSTRUMENTS.items():
        for text in (instrument.construct, instrument.source):
            yield text, f"auditor/battery: {name}"
    yield from _of_policy()
    for concept in load_senses("full").concepts:
        for text in (concept.label, *concept.names):
            yield text, f"prompts/senses: {concept.concept_id}"
    for name, what, _ in EVIDENCE:
        yield what, f"auditor/workflows/run_files.py: {name}"
    for part, _ in hardware():
        yield part, "auditor/workflows/environment.py"
    yield from _reasons()


def _of_contrasts(contrasts: tuple[Contrast, ...]) -> Iterator[tuple[str, str]]:
    for contrast in contrasts:
        for text in (contrast.label, contrast.target, contrast.reference, contrast.note):
            yield text, f"prompts: {contrast.contrast_id}"


def _groups(battery: Battery) -> Iterator[tuple[str, str]]:
    """The groups that rates of selection are of, as the instruments name them."""
    for item in battery.items:
        if "group" in dict(item.factors):
            yield item.factor("group"), f"prompts: {item.contrast_id}"


def _bbq_contrasts() -> tuple[Contrast, ...]:
    """A contrast of BBQ's; its subsets are proper names, the rest is the same for all."""
    item = BbqItem(
        category="Age",
        example_id="0",
        question_index="1",
        context_condition="ambig",
        polarity="neg",
        context="",
        question="",
        options=("a", "b", "c"),
        option_names=("a", "b", "c"),
        label=2,
        unknown=2,
        target=0,
        no_target_because=None,
    )
    return items_from_bbq([item], form=Form(name="", text="")).contrasts


def _of_policy() -> Iterator[tuple[str, str]]:
    data = data_root().joinpath(*DEFAULT).read_bytes()
    policy = read_document(data, PolicyFile, "the default policy", PolicyInvalid)
    for text in (policy.owner, policy.description):
        yield text, "prompts/policies/default.yaml"


def _reasons() -> Iterator[tuple[str, str]]:
    for missing in (NOT_ASKED, INTERRUPTED, BEHIND_SERVER, UNFINISHED, FIX_NOT_ASKED):
        yield missing.because, "auditor/workflows"
    yield (
        f"the group is less than {SMALL_SHARE:.0%} of the applications",
        "auditor/battery/decisions/selection_rates.py",
    )
    for place, texts in TEXTS.items():
        for text in texts:
            yield text, f"auditor/{place}"


def strings_of(place: str) -> set[str]:
    """Every string that a module of auditor holds."""
    tree = ast.parse((Path(auditor.__file__).parent / place).read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
