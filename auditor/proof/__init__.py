"""What makes a finished run provable: the ledger, hashes, signatures, attestations."""
