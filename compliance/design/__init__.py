"""Exact properties of a design before it is committed: for the statistician who chooses it, and unblinded by nature."""
