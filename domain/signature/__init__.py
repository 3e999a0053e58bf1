"""Electronic signatures: what was signed, by whom, with which meaning, and what still needs one."""
