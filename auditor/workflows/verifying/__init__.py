"""The parts of `auditor verify`: files, ledger, PDF, numbers."""
