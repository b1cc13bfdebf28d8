"""QR codes in the terminal are read back by a decoder that knows nothing of ours."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from backend.domain.qr import QUIET, qr_lines
from backend.services.qr import qr_modules, qr_png
from tests.support.qr_reading import read_cells, read_png
from widgets.qr import QrCode

TEXTS = ("93418207", "90000000", "sip:4711:secret@sip.example;name=Anna")


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield QrCode()


@pytest.mark.feature("VIS-02")
@pytest.mark.parametrize("text", TEXTS)
def test_a_drawn_code_is_read_back(text: str) -> None:
    assert read_cells(qr_lines(qr_modules(text))) == text
    assert read_png(qr_png(text)) == text


@pytest.mark.feature("VIS-02")
def test_a_code_has_its_quiet_zone_on_every_side() -> None:
    modules = qr_modules("93418207")
    lines = qr_lines(modules)
    assert all(len(line) == len(modules) + 2 * QUIET for line in lines)
    assert not "".join(lines[: QUIET // 2] + lines[-QUIET // 2 :]).strip()
    assert all(not line[:QUIET].strip() and not line[-QUIET:].strip() for line in lines)


@pytest.mark.feature("VIS-02")
@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_the_widget_is_black_on_white_in_every_theme(theme: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        code = app.query_one(QrCode)
        assert code.size.height == 0
        code.modules = qr_modules("93418207")
        await pilot.pause()
        strips = [code.render_line(number) for number in range(code.size.height)]
        assert read_cells([strip.text for strip in strips]) == "93418207"
        colours = {
            (segment.style.color.get_truecolor(), segment.style.bgcolor.get_truecolor())
            for strip in strips
            for segment in strip
            if segment.style and segment.style.color and segment.style.bgcolor
        }
        assert {tuple(map(tuple, pair)) for pair in colours} == {((0, 0, 0), (255, 255, 255))}
