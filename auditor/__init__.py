"""Bias audits of local language models, from the weights to a report that can be verified."""

__version__ = "0.1.0"
