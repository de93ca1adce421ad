"""Pages on a run beside others: what changed since an earlier one, and other models."""
