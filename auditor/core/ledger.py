"""Where a run stands in the ledger that is kept beside the run folders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWitness:
    """One line of a ledger, remembered elsewhere: what it was cannot be changed unnoticed."""

    run_id: str
    seq: int
    """Of the line, counted from 1; so many lines the ledger had with it."""
    sha256: str
    """Of the line's bytes without its end."""
    ledger_sha256: str
    """Of the ledger's first line: which ledger it is."""
