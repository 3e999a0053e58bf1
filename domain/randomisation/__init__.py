"""Randomisation: the draws of `rand/v1`, the methods that use them, one file each, and what commits to a design."""
