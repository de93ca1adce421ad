"""Stored runs beside others: baselines, comparisons, histories, and the documents on them."""
