"""What other pages say of a fix: scope, limits, method, provenance, and the summary. Pure."""

from auditor.core.fix_evidence import Training
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.runs import ModelIdentity
from auditor.reporting import rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix.fix_cards import brief_verdict
from auditor.reporting.fix.fix_lookup import slope_of
from auditor.reporting.fix.fix_names import adapter_name
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_notes import because_sentence
from auditor.reporting.recorded_texts import recorded
from auditor.reporting.view import IMPLICIT, View

TITLE = mark("The fix")
LIMIT = mark(
    "An accepted fix moved the scores of this battery within its gate’s limits. It does not show "
    "that the association is gone from the model, nor that it stays away in other wordings."
)
_OTHER_STIMULI = mark(
    "The original’s scores here differ from those above since the fix was judged on another number "
    "of stimuli: {n} for the pooled implicit score, where the audit had {audit_n} in the same "
    "contrasts."
)
_BOTH_REASONS = mark(
    "The original’s scores here differ from those above for two reasons: the arithmetic, since the "
    "fix is judged in {backend} in {dtype}, original and fixed model alike, and the audit’s own "
    "answers were computed by {audit_backend} in {audit_dtype}; and the number of stimuli, {n} for "
    "the pooled implicit score, where the audit had {audit_n} in the same contrasts."
)
_MISSING = {
    "not-asked": mark("No fix was asked for."),
    "not-possible": mark("No fix could be made."),
    "unfinished": mark("There is no fix yet."),
}


def summary_sentence(view: View) -> str:
    """One sentence for page 2; empty where no fix was asked for."""
    told = view.result.fix
    if isinstance(told, FixResult):
        return brief_verdict(told)
    if told.kind == "not-asked":
        return ""
    return tr(
        "A fix was asked for, and there is none; why stands under “{title}”.", title=tr(TITLE)
    )


def not_made(view: View) -> str:
    """Why there is no fix, for the list of what was not run; empty where there is one."""
    told = view.result.fix
    if isinstance(told, FixResult):
        return ""
    none = tr("The fix (a LoRA adapter against what was found): none.")
    return f"{none} {because_sentence(recorded(told.because))}"


def missing_sentence(told: FixMissing) -> str:
    """The same where the section would stand."""
    return f"{tr(_MISSING[told.kind])} {because_sentence(recorded(told.because))}"


def limits_met(view: View) -> list[str]:
    """What this run met."""
    told = view.result.fix
    if isinstance(told, FixMissing):
        return [] if told.kind == "not-asked" else [missing_sentence(told)]
    return [*other_arithmetic(view, told), *unavailable(told)]


def limits_standing(view: View) -> list[str]:
    """What is true of every fix."""
    return [] if isinstance(view.result.fix, FixMissing) else [tr(LIMIT)]


def fix_method(view: View) -> list[tuple[str, str]]:
    """How a fix is trained and judged; empty where there is none."""
    told = view.result.fix
    return [] if isinstance(told, FixMissing) else [(tr("Fix"), method(told))]


def other_arithmetic(view: View, told: FixResult) -> list[str]:
    """Why the original's scores are not those of the audit; empty where nothing differs."""
    audited, judged = view.result.record.model, told.record.model
    is_same = (audited.backend, audited.dtype) == (judged.backend, judged.dtype)
    n_audited, n_judged = _stimuli(view, told)
    if n_audited == n_judged:
        return [] if is_same else [_computed(judged, audited)]
    counts = {"n": rounding.count(n_judged), "audit_n": rounding.count(n_audited)}
    if is_same:
        return [tr(_OTHER_STIMULI, **counts)]
    return [tr(_BOTH_REASONS, **counts, **_arithmetic(judged, audited))]


def _stimuli(view: View, told: FixResult) -> tuple[int, int]:
    """Those that the audit and the fix asked of the primary contrasts, for the implicit score."""
    pairs = [
        (measure.n_clusters, slope.before.n_clusters)
        for contrast in view.contrasts_of(IMPLICIT, "primary")
        if (measure := view.measure(f"{IMPLICIT}.score", contrast)) is not None
        and (slope := slope_of(told, measure.measure_id)) is not None
    ]
    return sum(n for n, _ in pairs), sum(n for _, n in pairs)


def _arithmetic(judged: ModelIdentity, audited: ModelIdentity) -> dict[str, str]:
    return {
        "backend": clean_line(judged.backend),
        "dtype": clean_line(judged.dtype),
        "audit_backend": clean_line(audited.backend),
        "audit_dtype": clean_line(audited.dtype),
    }


def _computed(judged: ModelIdentity, audited: ModelIdentity) -> str:
    return tr(
        "The fix is judged in {backend}, arithmetic in {dtype}, original and fixed model "
        "alike; the audit’s own answers were computed by {audit_backend} in {audit_dtype}. The "
        "original’s scores here differ a little from those above.",
        **_arithmetic(judged, audited),
    )


def unavailable(told: FixResult) -> list[str]:
    """Arms that could not be run."""
    return [
        tr(
            "Not run for the fix, {arm}: {because}",
            arm=adapter_name(arm),
            because=because_sentence(recorded(because)),
        )
        for arm, because in told.record.unavailable
    ]


def method(told: FixResult) -> str:
    record = told.record
    return tr(
        "A low-rank adapter (LoRA, Hu et al. 2021) is trained on the battery’s fix split alone and "
        "judged on its audit split and on held-out messages, original and fixed model on the same "
        "questions, paired by stimulus. Pooled scores are the mean over the primary contrasts of "
        "each contrast’s mean score tanh(ℓ/2), their error from the variances within contrasts "
        "with Welch–Satterthwaite degrees of freedom; their sign is that of the declared "
        "stereotype, so nothing is selected by looking. Replies are read in nats a token and KL. A "
        "control adapter is set to the strength at which its KL is that of the fix. Erasure: "
        "Belrose et al. 2023 (LEACE). Gate rules version {version}, seed {seed}.",
        version=clean_line(record.rules.version),
        seed=record.seed,
    )


def fix_facts(told: FixResult | FixMissing) -> list[tuple[str, str, bool]]:
    """What a stranger needs to check the fix: label, text, and whether it is code."""
    if isinstance(told, FixMissing):
        return []
    record = told.record
    return [
        (tr("Fix judged in"), _judged_in(told), True),
        (tr("Fix data"), _versioned(record.data_sha256, record.data_version), True),
        (tr("Held-out messages"), f"sha256 {record.held_out_sha256}", True),
        (tr("Gate rules"), _versioned(record.rules.sha256, record.rules.version), True),
        *((_adapter_label(one), f"sha256 {one.adapter_sha256}", True) for one in told.trainings),
    ]


def _judged_in(told: FixResult) -> str:
    model = told.record.model
    return tr(
        "{model}, weights sha256 {sha256}, {architecture}, {backend}, {dtype}",
        model=clean_line(model.name),
        sha256=model.weights_sha256,
        architecture=clean_line(model.architecture),
        backend=clean_line(model.backend),
        dtype=clean_line(model.dtype),
    )


def _versioned(sha256: str, version: str) -> str:
    return tr("sha256 {sha256}, version {version}", sha256=sha256, version=version)


def _adapter_label(training: Training) -> str:
    return tr("Adapter, {name}", name=adapter_name(training.name))
