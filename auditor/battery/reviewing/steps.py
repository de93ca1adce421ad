"""Where in its training a checkpoint stands, as its name tells."""

import re

from auditor.core.runs import ModelIdentity

_STEP = re.compile(r"(?:checkpoint|ckpt|global[-_]?step|step|iter(?:ation)?)[-_]?(\d+)", re.I)


def training_step(model: ModelIdentity) -> int | None:
    """As 500 of `checkpoint-500`, `step500`, `global_step500` or `iter_0000500`; None without."""
    for told in (model.name, model.source):
        found = _STEP.findall(told)
        if found:
            # The last one: a folder of runs may have a number of its own.
            return int(found[-1])
    return None
