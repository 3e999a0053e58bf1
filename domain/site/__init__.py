"""A site: its approvals, zone, delegations and states."""
