"""What the report says of comparisons that were not made. Pure."""

from auditor.core.review import ReviewMissing
from auditor.reporting.language import tr
from auditor.reporting.view import View


def not_compared(view: View) -> tuple[str, ...]:
    """For the list of what was not run; empty where every comparison was made."""
    baseline, models = view.result.baseline, view.result.models
    told: list[str] = []
    if isinstance(models, ReviewMissing):
        told.append(tr("Other models or sizes: none stands beside this one."))
    if isinstance(baseline, ReviewMissing) and baseline.kind == "not-asked":
        told.append(tr("Change since an earlier audit: no earlier run was named."))
    if view.result.record.model.adapter_sha256 is None:
        told.append(tr("What an adapter changes: the model was audited without one."))
    return tuple(told)
