"""What machines and mails are given of a report: JSON, JUnit, SARIF, a model card, a summary."""
