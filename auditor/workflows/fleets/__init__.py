"""Many models: each audited by a process of its own, then summarised together."""
