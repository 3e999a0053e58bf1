"""Facts, rules and commands of a trial: pure, no I/O."""

__version__ = "0.1.0"
