"""Pure, total folds over recorded events."""
