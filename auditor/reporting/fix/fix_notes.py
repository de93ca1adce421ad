"""What other pages say of a fix: scope, limits, method, provenance, and the summary. Pure."""

from auditor.core.fix_evidence import Training
from auditor.core.fix_results import FixMissing, FixResult
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix.fix_cards import brief_verdict
from auditor.reporting.fix.fix_names import adapter_name
from auditor.reporting.layers.layer_notes import because_sentence
from auditor.reporting.view import View

TITLE = "The fix"
LIMIT = (
    "An accepted fix moved the scores of this battery within its gate’s limits. It does not show "
    "that the association is gone from the model, nor that it stays away in other wordings."
)


def summary_sentence(view: View) -> str:
    """One sentence for page 2; empty where no fix was asked for."""
    told = view.result.fix
    if isinstance(told, FixResult):
        return brief_verdict(told)
    if told.kind == "not-asked":
        return ""
    return f"A fix was asked for, and there is none; why stands under “{TITLE}”."


def not_made(view: View) -> str:
    """Why there is no fix, for the list of what was not run; empty where there is one."""
    told = view.result.fix
    if isinstance(told, FixResult):
        return ""
    return (
        f"{TITLE} (a LoRA adapter against what was found): none. {because_sentence(told.because)}"
    )


def missing_sentence(told: FixMissing) -> str:
    """The same where the section would stand."""
    how = {
        "not-asked": "No fix was asked for.",
        "not-possible": "No fix could be made.",
        "unfinished": "There is no fix yet.",
    }
    return f"{how[told.kind]} {because_sentence(told.because)}"


def limits_met(view: View) -> list[str]:
    """What this run met."""
    told = view.result.fix
    if isinstance(told, FixMissing):
        return [] if told.kind == "not-asked" else [missing_sentence(told)]
    return [*other_arithmetic(view, told), *unavailable(told)]


def limits_standing(view: View) -> list[str]:
    """What is true of every fix."""
    return [] if isinstance(view.result.fix, FixMissing) else [LIMIT]


def fix_method(view: View) -> list[tuple[str, str]]:
    """How a fix is trained and judged; empty where there is none."""
    told = view.result.fix
    return [] if isinstance(told, FixMissing) else [("Fix", method(told))]


def other_arithmetic(view: View, told: FixResult) -> list[str]:
    """That the fix is judged in another arithmetic than the audit; empty where it is not."""
    audited, judged = view.result.record.model, told.record.model
    if (audited.backend, audited.dtype) == (judged.backend, judged.dtype):
        return []
    return [
        f"The fix is judged in {clean_line(judged.backend)}, arithmetic in "
        f"{clean_line(judged.dtype)}, original and fixed model alike; the audit’s own answers were "
        f"computed by {clean_line(audited.backend)} in {clean_line(audited.dtype)}. The original’s "
        "scores here differ a little from those above."
    ]


def unavailable(told: FixResult) -> list[str]:
    """Arms that could not be run."""
    return [
        f"Not run for the fix, {adapter_name(arm)}: {because_sentence(because)}"
        for arm, because in told.record.unavailable
    ]


def method(told: FixResult) -> str:
    record = told.record
    return (
        "A low-rank adapter (LoRA, Hu et al. 2021) is trained on the battery’s fix split alone and "
        "judged on its audit split and on held-out messages, original and fixed model on the same "
        "questions, paired by stimulus. Pooled scores are the mean over the primary contrasts of "
        "each contrast’s mean score tanh(ℓ/2), their error from the variances within contrasts "
        "with Welch–Satterthwaite degrees of freedom; their sign is that of the declared "
        "stereotype, so nothing is selected by looking. Replies are read in nats a token and KL. "
        "A control adapter is set to the strength at which its KL is that of the fix. Erasure: "
        "Belrose et al. 2023 (LEACE). "
        f"Gate rules version {clean_line(record.rules.version)}, seed {record.seed}."
    )


def fix_facts(told: FixResult | FixMissing) -> list[tuple[str, str, bool]]:
    """What a stranger needs to check the fix: label, text, and whether it is code."""
    if isinstance(told, FixMissing):
        return []
    record = told.record
    return [
        ("Fix judged in", _judged_in(told), True),
        ("Fix data", f"sha256 {record.data_sha256}, version {record.data_version}", True),
        ("Held-out messages", f"sha256 {record.held_out_sha256}", True),
        ("Gate rules", f"sha256 {record.rules.sha256}, version {record.rules.version}", True),
        *((_adapter_label(one), f"sha256 {one.adapter_sha256}", True) for one in told.trainings),
    ]


def _judged_in(told: FixResult) -> str:
    model = told.record.model
    return (
        f"{clean_line(model.name)}, weights sha256 {model.weights_sha256}, "
        f"{clean_line(model.architecture)}, {clean_line(model.backend)}, {clean_line(model.dtype)}"
    )


def _adapter_label(training: Training) -> str:
    name = adapter_name(training.name)
    return f"Adapter, {name}"
