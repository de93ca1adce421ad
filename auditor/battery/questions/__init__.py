"""Questions about two people that a text leaves open, ours and BBQ's."""
