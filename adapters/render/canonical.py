"""JSON with sorted keys and no spaces: the same value, the same bytes (keys here are always ASCII)."""

import orjson


def canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
