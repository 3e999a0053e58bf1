"""Adverse events: reported, followed up, assessed apart by investigator and sponsor, and their clocks."""
