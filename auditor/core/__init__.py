"""Pure: value objects, statistics, planning and judging. No files, no clock, no global randomness."""
