"""One module for each use case: the only place where the effects meet."""
