"""The demonstration: the seed trial from its registry page to its audit report, with commands that every user has.

Sites, people, approvals and participants are fictional. The reading of the design that is adopted is an
assumption for demonstration, not the trial's design and not what its investigators did.
"""
