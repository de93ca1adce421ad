"""A policy file to the limits that findings are judged by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditor.battery import instrument_of
from auditor.battery.reviewing.pairing import is_pairable
from auditor.core.policy import Criterion, OnOpen, Policy
from auditor.core.runs import PolicyIdentity
from auditor.errors import PolicyInvalid
from auditor.prompt_library.documents import MAX_BYTES, did_you_mean, read_document
from auditor.resources import data_root

DEFAULT = ("prompts", "policies", "default.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionGroup:
    """One entry of a policy file: the same limit for several contrasts."""

    id: str
    measure: str
    contrasts: tuple[str, ...]
    limit: float
    max_unusable: float = 0.5
    min_clusters: int = 5
    on_inconclusive: OnOpen = "warn"
    on_not_measurable: OnOpen = "warn"
    max_increase: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy file as it is written."""

    name: str
    version: str
    owner: str
    description: str
    criteria: tuple[CriterionGroup, ...]


def load_policy(
    path: Path | None,
    *,
    known_measures: Collection[str],
    known_contrasts: Mapping[str, Collection[str]],
) -> tuple[Policy, PolicyIdentity]:
    """The policy in a file, or the default one; its sha256 is over the file's bytes.

    `known_contrasts` maps every contrast to the instruments that ask it.

    Raises:
        PolicyInvalid: the file cannot be read, is no policy, or names what does not exist.
    """
    where = "the default policy" if path is None else str(path)
    data = data_root().joinpath(*DEFAULT).read_bytes() if path is None else _read(path)
    file = read_document(data, PolicyFile, where, PolicyInvalid)
    if not file.criteria:
        raise PolicyInvalid(f"{where} has no criteria: nothing would be judged by it.")
    for place, group in enumerate(file.criteria, start=1):
        entry = f"{where}: criteria, entry {place} (`{group.id}`)"
        _refuse_unknown_names(group, entry, known_measures, known_contrasts)
        _refuse_senseless(group, entry)
        _refuse_senseless_increase(group, entry)
    policy = Policy(
        name=file.name,
        version=file.version,
        owner=file.owner,
        description=file.description,
        criteria=tuple(one for group in file.criteria for one in _expand(group)),
    )
    _refuse_twice(policy, where)
    identity = PolicyIdentity(
        name=policy.name, version=policy.version, sha256=sha256(data).hexdigest()
    )
    return policy, identity


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise PolicyInvalid(f"The policy {path} is a folder: name the YAML file in it.")
    if not path.is_file():
        raise PolicyInvalid(f"There is no policy file {path}.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise PolicyInvalid(f"The policy {path} cannot be read: {failure.strerror}.") from None


def _refuse_unknown_names(
    group: CriterionGroup,
    entry: str,
    measures: Collection[str],
    contrasts: Mapping[str, Collection[str]],
) -> None:
    if group.measure not in measures:
        hint = did_you_mean(group.measure, measures)
        raise PolicyInvalid(f"{entry}: unknown measure `{group.measure}`{hint}")
    instrument = instrument_of(group.measure)
    for contrast in group.contrasts:
        if contrast not in contrasts:
            hint = did_you_mean(contrast, contrasts)
            raise PolicyInvalid(f"{entry}: unknown contrast `{contrast}`{hint}")
        if instrument not in contrasts[contrast]:
            raise PolicyInvalid(
                f"{entry}: {group.measure} is not taken of the contrast `{contrast}`; "
                "`auditor battery list` shows which instrument asks it."
            )


def _refuse_senseless(group: CriterionGroup, entry: str) -> None:
    if not group.id.strip() or "/" in group.id:
        raise PolicyInvalid(f"{entry}: an id is a word or more, without a slash.")
    if not group.contrasts:
        raise PolicyInvalid(f"{entry}: `contrasts` is empty, so nothing would be judged.")
    # NaN fails every comparison, so it is refused as well.
    if not 0 < group.limit <= 1:
        raise PolicyInvalid(
            f"{entry}: `limit` is {group.limit}, and must be above 0 and at most 1 "
            "(0.10 stands for 55 choices in 100 where 50 would be none)."
        )
    if not 0 <= group.max_unusable <= 1:
        raise PolicyInvalid(
            f"{entry}: `max_unusable` is {group.max_unusable}, and must be a share from 0 to 1."
        )
    if group.min_clusters < 2:
        raise PolicyInvalid(
            f"{entry}: `min_clusters` is {group.min_clusters}, and must be at least 2: "
            "one word pair has no uncertainty to judge by."
        )


def _refuse_senseless_increase(group: CriterionGroup, entry: str) -> None:
    if group.max_increase is None:
        return
    if not 0 < group.max_increase <= 1:
        raise PolicyInvalid(
            f"{entry}: `max_increase` is {group.max_increase}, and must be above 0 and at most 1 "
            "(0.05: the score lies at most 0.05 farther from zero than in the baseline)."
        )
    if not is_pairable(group.measure):
        raise PolicyInvalid(
            f"{entry}: `max_increase` cannot be judged for {group.measure}, which is no mean over "
            "stimuli that two runs could be paired by: leave it out."
        )


def _expand(group: CriterionGroup) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            id=f"{group.id}/{contrast}",
            measure=group.measure,
            contrast=contrast,
            limit=group.limit,
            max_unusable=group.max_unusable,
            min_clusters=group.min_clusters,
            on_inconclusive=group.on_inconclusive,
            on_not_measurable=group.on_not_measurable,
            max_increase=group.max_increase,
        )
        for contrast in group.contrasts
    )


def _refuse_twice(policy: Policy, where: str) -> None:
    """Two limits for one measure contradict each other, and count twice among the findings."""
    limited: dict[tuple[str, str], str] = {}
    ids: set[str] = set()
    for criterion in policy.criteria:
        if criterion.id in ids:
            raise PolicyInvalid(f"{where}: the criterion `{criterion.id}` is given twice.")
        ids.add(criterion.id)
        what = (criterion.measure, criterion.contrast)
        if what in limited:
            raise PolicyInvalid(
                f"{where}: `{limited[what]}` and `{criterion.id}` limit the same measure, "
                f"{criterion.measure} of {criterion.contrast}: keep one of them."
            )
        limited[what] = criterion.id
