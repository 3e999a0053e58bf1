"""Characters that a reader cannot see, or that turn the order of what he reads, are shown by their number.

A name that holds a right-to-left override could otherwise make a report say something else than its
data. Letters of every script stay as they are; the data forms keep every character.
"""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, tab and line feed left alone
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, marks of direction, spaces without width
    "\u2028-\u202e\u2060-\u206f\ufe00\ufeff\ufff9-\ufffb\ufffe\uffff"  # separators, overrides, isolates
    "\U000e0000-\U000e007f]"  # tags, which can carry hidden text
)


def visible(text: str) -> str:
    """Write every unseen character as ⟨U+202E⟩."""
    return _UNSEEN.sub(_by_number, text)


def _by_number(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"
