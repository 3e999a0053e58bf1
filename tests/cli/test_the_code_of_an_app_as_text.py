"""The code that an authenticator app scans, in half blocks: the same modules as the drawing that a scanner read."""

import re

from adapters.render.qr import qr_svg, qr_text

URI = "otpauth://totp/Trialproof%20(production):u01?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Trialproof"
LIGHT = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}


def dark_in_text(text: str) -> set[tuple[int, int]]:
    """Dark modules; on a dark terminal what is not drawn is dark."""
    return {
        (x, 2 * row + half)
        for row, line in enumerate(text.splitlines())
        for x, sign in enumerate(line)
        for half, light in enumerate(LIGHT[sign])
        if not light
    }


def dark_in_drawing(drawing: str) -> tuple[set[tuple[int, int]], int]:
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1", drawing)
    side = int(re.findall(r'viewBox="0 0 (\d+)', drawing)[0])
    return {(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))}, side


def test_the_text_shows_the_modules_of_the_drawing_with_a_light_margin() -> None:
    drawn, side = dark_in_drawing(qr_svg(URI, "label"))

    shown = qr_text(URI)

    assert {(x, y) for x, y in dark_in_text(shown) if y < side} == drawn
    assert {len(line) for line in shown.splitlines()} == {side}


def test_text_too_long_for_a_code_shows_nothing() -> None:
    assert qr_text("x" * 400) == ""
