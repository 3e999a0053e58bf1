"""The proofs of a ledger: its entry bytes, its tree, and a verifier that needs neither database nor keys."""
