"""Yes or no about a person, and how steady it is."""
