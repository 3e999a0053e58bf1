"""Reads, exports, reports and refusals: the access ledger."""
