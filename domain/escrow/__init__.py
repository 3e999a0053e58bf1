"""The escrow key: its private half in parts with three officers, two of whom together open what it closed."""
