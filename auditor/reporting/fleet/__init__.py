"""A document on many models, each audited on its own. Pure."""
