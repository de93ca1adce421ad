"""The pages of what was read inside a model."""
