"""Reports as values: what is said is computed here, how it looks is decided by the renderers."""
