"""Which credentials a person has: set, revoked, recovered; the secrets themselves are elsewhere."""
