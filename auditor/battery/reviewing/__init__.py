"""Pure: a run beside others on the same questions."""
