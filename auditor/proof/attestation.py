"""What an audit came to, as an in-toto Statement v1 of the type `test-result`, version 0.1. Pure.

Fields: https://github.com/in-toto/attestation, spec/v1/statement.md, spec/v1/resource_descriptor.md
and spec/predicates/test-result.md.
"""

from collections.abc import Iterable, Mapping, Sequence

from auditor.core.policy import Finding, Verdict
from auditor.core.review import BaselineFinding
from auditor.core.runs import RunRecord

STATEMENT = "test-result.intoto.json"
ENVELOPE = "test-result.dsse.json"
WRITTEN_AFTER = (STATEMENT, ENVELOPE)
"""Not in the manifest, since they hold the hash of the PDF, which carries the manifest."""
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

Descriptor = dict[str, object]

_LISTS = {"PASSED": "passedTests", "WARNED": "warnedTests", "FAILED": "failedTests"}


def make_statement(
    record: RunRecord,
    findings: Sequence[Finding],
    baseline_findings: Sequence[BaselineFinding],
    files: Mapping[str, str],
    record_sha256: str,
) -> dict[str, object]:
    """The statement; `files` are the sha256 of the reports by name.

    What a consumer reads as "passed" is a criterion that passed and nothing else: one that is
    inconclusive or not measurable is warned of, or failed where the policy counts it so.
    """
    verdicts = {finding.criterion_id: finding.verdict for finding in findings}
    outcomes = {finding.criterion_id: _outcome(finding) for finding in findings}
    for since in baseline_findings:
        # As the test case is called in junit.xml.
        name = f"{since.criterion_id}/max-increase"
        verdicts[name], outcomes[name] = since.verdict, _outcome(since)
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            *_audited(record),
            *(_descriptor(name, digest) for name, digest in sorted(files.items())),
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": _result(outcomes.values()),
            "configuration": _configuration(record, record_sha256),
            **{
                key: [name for name, outcome in outcomes.items() if outcome == which]
                for which, key in _LISTS.items()
            },
            # An extension: which of the warnings are verdicts, and which are open.
            "auditor_verdicts": {name: verdict.value for name, verdict in verdicts.items()},
        },
    }


def encode_for_signing(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature is over: PAE, `protocol.md` of secure-systems-lab/dsse."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _outcome(finding: Finding | BaselineFinding) -> str:
    if finding.exceeds_policy:
        return "FAILED"
    return "PASSED" if finding.verdict is Verdict.PASS else "WARNED"


def _result(outcomes: Iterable[str]) -> str:
    """The worst; a policy without a criterion has not been passed."""
    found = set(outcomes)
    if "FAILED" in found:
        return "FAILED"
    return "PASSED" if found == {"PASSED"} else "WARNED"


def _audited(record: RunRecord) -> list[Descriptor]:
    """What the result is of.

    Subjects are matched by their hash alone. So a result of weights with an adapter is no
    statement about these weights, and what a server merely declares has no hash.
    """
    model = record.model
    if model.is_declared:
        return []
    if model.adapter_sha256 is not None:
        return [_descriptor("adapter", model.adapter_sha256)]
    return _weights(record)


def _weights(record: RunRecord) -> list[Descriptor]:
    return [_descriptor(file.name, file.sha256) for file in record.model.weights]


def _configuration(record: RunRecord, record_sha256: str) -> list[Descriptor]:
    """By what was tested, and with what."""
    policy, battery = record.policy, record.battery
    asked = {"version": battery.version, "tier": record.settings.tier, "n_items": battery.n_items}
    return [
        _descriptor("policy", policy.sha256, name=policy.name, version=policy.version),
        _descriptor("battery", battery.sha256, **asked),
        _descriptor("run.json", record_sha256, run_id=record.run_id),
        *(_weights(record) if record.model.adapter_sha256 is not None else ()),
    ]


def _descriptor(name: str, sha256: str, /, **annotations: object) -> Descriptor:
    """A ResourceDescriptor."""
    described: Descriptor = {"name": name, "digest": {"sha256": sha256}}
    return {**described, "annotations": annotations} if annotations else described
