"""The ledger itself: what its first entry says, and what corrects an entry."""
