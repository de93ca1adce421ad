"""The pages of a fix, and of what any adapter changes."""
