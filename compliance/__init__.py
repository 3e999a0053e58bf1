"""What an inspector asks: conduct, gate, proofs, reports."""
