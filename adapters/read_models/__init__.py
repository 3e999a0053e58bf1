"""Read models: what the projections of a trial show, kept outside the ledger file, disposable, rebuilt at will."""
