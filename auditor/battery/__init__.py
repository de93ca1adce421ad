"""Pure: the instruments of the fixed battery."""
