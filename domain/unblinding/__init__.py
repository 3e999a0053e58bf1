"""Unblinding, routine and emergency: requested, approved, disclosed, acknowledged, assessed, closed."""
