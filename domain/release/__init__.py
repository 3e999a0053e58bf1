"""What ends the blind for good or for a committee: the plan, the analysis sets, the interim package, the reveal."""
