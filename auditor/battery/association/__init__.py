"""Which words, people and roles a model puts together."""
