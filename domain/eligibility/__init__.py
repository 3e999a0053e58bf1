"""Eligibility: verbatim criterion -> coded rule over typed facts, three-valued -> interpretation -> decision."""
