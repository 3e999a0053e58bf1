"""Questions of an inspector's first ten minutes, answered from entries alone (conduct rules, section 14)."""
