"""What standards ask for, what of it is in the report, and what is left to people."""
