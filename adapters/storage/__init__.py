"""The ledger storage: entries as bytes, appended by group commit, never altered."""
