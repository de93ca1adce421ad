"""Measures and findings become words, charts, HTML and PDF."""
