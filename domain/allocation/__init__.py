"""Allocation: the commitment everyone may read, the strata's places, and the sealed lists in the vault."""
