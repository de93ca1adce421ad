"""Pure: what a fix did, whether it is accepted, and what stands beside it."""
