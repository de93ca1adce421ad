"""Pages on several models that were asked the same: what differs, and whom all of them reject."""
