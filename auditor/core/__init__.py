"""Pure: value objects, statistics, planning and judging; no files, clock or global randomness."""
