"""A registry's record of a trial, read as plain values, and what it leaves open. Nothing here decides for anyone."""
