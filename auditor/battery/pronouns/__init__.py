"""Which pronoun an occupation gets."""
