"""The ledger of the runs, signatures and statements: written, and checked."""
