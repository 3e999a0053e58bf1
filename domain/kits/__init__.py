"""Kits: random numbers that tell nothing, a map in the vault, and dispensing that looks the same for all arms."""
