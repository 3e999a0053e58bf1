"""A QR code (ISO/IEC 18004, byte mode, level M): as one SVG path, so that a printed root can be scanned, or as text.

One fixed mask is used: what is written here is mostly hex digits, which need no choice among eight.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

# Level M, versions 1 to 13: error correction codewords per block, and number of blocks.
_CHECKS = (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22)
_BLOCKS = (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9)
_QUIET = 4
_LONG_LENGTHS, _NAMED = 10, 7  # from these versions on: lengths of 16 bits, the version written in the code
_FORMAT = 0b101010000010010  # level M, mask 0, with its check bits and the standard's fixed pattern

_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}

Grid = list[list[bool]]


def qr_svg(text: str, label: str) -> str:
    """Draw the text; empty where it is longer than any code here can hold. `label` must be escaped already."""
    grid = _grid(text)
    if grid is None:
        return ""
    side = len(grid) + 2 * _QUIET
    return (
        f'<svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {side} {side}"><path d="{_path(grid)}"/></svg>'
    )


def qr_text(text: str) -> str:
    """Draw the text in half blocks, two rows a line, light on a dark terminal; empty where no code can hold it."""
    grid = _grid(text)
    if grid is None:
        return ""
    width = len(grid) + 2 * _QUIET
    margin = [[False] * width] * _QUIET
    rows = [*margin, *([False] * _QUIET + row + [False] * _QUIET for row in grid), *margin, [True] * width]
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return "\n".join("".join(_HALVES[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs)


def _grid(text: str) -> Grid | None:
    data = text.encode()
    version = _version_for(len(data))
    return None if version is None else _modules(version, _codewords(data, version))


def _path(grid: Grid) -> str:
    return "".join(
        f"M{start + _QUIET} {y + _QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(grid)
        for start, length in _dark_runs(row)
    )


def _dark_runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    for dark, group in groupby(row):
        length = len(list(group))
        if dark:
            yield at, length
        at += length


def _version_for(length: int) -> int | None:
    fitting = (v for v in range(1, len(_BLOCKS) + 1) if length * 8 + _header_bits(v) <= _data_bytes(v) * 8)
    return next(fitting, None)


def _header_bits(version: int) -> int:
    return 4 + (8 if version < _LONG_LENGTHS else 16)


def _data_bytes(version: int) -> int:
    return _all_bytes(version) - _CHECKS[version - 1] * _BLOCKS[version - 1]


def _all_bytes(version: int) -> int:
    bits = (16 * version + 128) * version + 64
    if version > 1:
        marks = version // 7 + 2
        bits -= (25 * marks - 10) * marks - 55
    if version >= _NAMED:
        bits -= 36
    return bits // 8


def _codewords(data: bytes, version: int) -> bytes:
    """Length and data, padded, cut into blocks, each with its checks, then dealt out in turn."""
    bits = f"0100{len(data):0{_header_bits(version) - 4}b}" + "".join(f"{byte:08b}" for byte in data)
    room = _data_bytes(version)
    bits += "0" * min(4, room * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    whole = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    padded = whole + (b"\xec\x11" * room)[: room - len(whole)]
    return bytes(_dealt(_blocks(padded, _BLOCKS[version - 1]), _CHECKS[version - 1]))


def _blocks(data: bytes, count: int) -> list[bytes]:
    short, longer = divmod(len(data), count)
    sizes = [short + (at >= count - longer) for at in range(count)]
    starts = [sum(sizes[:at]) for at in range(count)]
    return [data[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _dealt(blocks: Sequence[bytes], checks: int) -> Iterator[int]:
    for parts in (blocks, [_remainder(block, checks) for block in blocks]):
        for at in range(max(map(len, parts))):
            yield from (part[at] for part in parts if at < len(part))


def _remainder(block: bytes, degree: int) -> bytes:
    divisor = _divisor(degree)
    rest = [0] * degree
    for byte in block:
        factor = byte ^ rest.pop(0)
        rest.append(0)
        rest = [have ^ _product(part, factor) for have, part in zip(rest, divisor, strict=True)]
    return bytes(rest)


def _divisor(degree: int) -> list[int]:
    """Multiply (x - 1)(x - 2)(x - 4)... over GF(256); the leading one is left out."""
    parts, root = [0] * (degree - 1) + [1], 1
    for _ in range(degree):
        parts = [_product(part, root) ^ (parts[at + 1] if at + 1 < degree else 0) for at, part in enumerate(parts)]
        root = _product(root, 2)
    return parts


def _product(one: int, other: int) -> int:
    result = 0
    for bit in range(7, -1, -1):
        result = (result << 1) ^ ((result >> 7) * 0x11D)
        result ^= ((other >> bit) & 1) * one
    return result


def _modules(version: int, codewords: bytes) -> Grid:
    side = 4 * version + 17
    dark = [[False] * side for _ in range(side)]
    fixed = [[False] * side for _ in range(side)]
    for x, y, value in _patterns(version, side):
        dark[y][x], fixed[y][x] = value, True
    bits = (byte >> bit & 1 for byte in codewords for bit in range(7, -1, -1))
    for x, y in _way(side):
        if not fixed[y][x]:
            dark[y][x] = bool(next(bits, 0)) != ((x + y) % 2 == 0)
    return dark


def _way(side: int) -> Iterator[tuple[int, int]]:
    """Walk two columns at a time from the right, up and down in turn, past the timing column."""
    for turn, right in enumerate([*range(side - 1, 6, -2), 5, 3, 1]):
        for step in range(side):
            y = step if turn % 2 else side - 1 - step
            yield from ((right, y), (right - 1, y))


def _patterns(version: int, side: int) -> Iterator[tuple[int, int, bool]]:
    for at in range(side):
        yield from ((6, at, at % 2 == 0), (at, 6, at % 2 == 0))
    for x, y in ((3, 3), (side - 4, 3), (3, side - 4)):
        yield from _square(x, y, 4, {2, 4}, side)
    marks = _mark_positions(version, side)
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    for x, y in ((x, y) for x in marks for y in marks if (x, y) not in corners):
        yield from _square(x, y, 2, {1}, side)
    yield from _format_bits(side)
    if version >= _NAMED:
        yield from _version_bits(version, side)


def _square(x: int, y: int, reach: int, light: set[int], side: int) -> Iterator[tuple[int, int, bool]]:
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if 0 <= x + dx < side and 0 <= y + dy < side:
                yield x + dx, y + dy, max(abs(dx), abs(dy)) not in light


def _mark_positions(version: int, side: int) -> list[int]:
    if version == 1:
        return []
    marks = version // 7 + 2
    step = (version * 8 + marks * 3 + 5) // (marks * 4 - 4) * 2
    return [6, *(side - 7 - at * step for at in range(marks - 1))]


def _format_bits(side: int) -> Iterator[tuple[int, int, bool]]:
    around = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(x, 8) for x in range(side - 1, side - 9, -1)] + [(8, y) for y in range(side - 7, side)]
    for places in (around, apart):
        yield from ((x, y, bool(_FORMAT >> at & 1)) for at, (x, y) in enumerate(places))
    yield 8, side - 8, True


def _version_bits(version: int, side: int) -> Iterator[tuple[int, int, bool]]:
    rest = version
    for _ in range(12):
        rest = (rest << 1) ^ ((rest >> 11) * 0x1F25)
    bits = version << 12 | rest
    for at in range(18):
        a, b, value = side - 11 + at % 3, at // 3, bool(bits >> at & 1)
        yield from ((a, b, value), (b, a, value))
