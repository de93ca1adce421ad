"""Pure: the reviews of a model over time, as a document."""
