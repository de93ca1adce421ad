"""Read and change what a network computes between its layers; the only place that does."""
