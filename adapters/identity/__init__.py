"""Checks who somebody is: passwords, one-time codes, passkeys, one-time secrets, session tokens.

The secrets are here, in a file beside the ledger; which of them count, and what came of every attempt, is in the
system ledger. A secret whose credential the ledger does not hold counts for nothing.
"""
