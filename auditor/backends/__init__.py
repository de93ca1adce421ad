"""Language models from files, behind one Protocol."""
