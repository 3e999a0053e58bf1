"""Deviations: found by a person or by a rule, graded, closed."""
