"""The drawing half of a virtual table: its model as lines of the screen.

Every line is a cached strip, so a key press draws only what it changes: two lines for a cursor move, the new rows for
a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.content import Content
from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import Visual

from widgets.table_layout import GUTTER, place
from widgets.table_model import TableModel
from widgets.table_paint import Look, Painter
from widgets.table_scrollbar import SlimScrollBar
from widgets.table_source import Column
from widgets.table_ticks import Ticks

TONES = ("t1", "t2", "t3", "acc", "ok", "warn", "bad", "note", "plot", "idle")
"""The tokens a cell may be drawn in."""

NOT_FRESH: frozenset[int] = frozenset()


class TableView(ScrollView, inherit_bindings=False):
    """A model of a table on the screen, with its scrollbar; base of `VirtualTable`."""

    ALLOW_SELECT = False

    sort: reactive[str] = reactive("")
    """Name of the column the source sorts by; only marks the head."""

    descending: reactive[bool] = reactive(False)
    """Does the source sort downwards?"""

    show_cursor: reactive[bool] = reactive(True)
    """Is the cursor row drawn as such?"""

    ticks: var[Ticks] = var(Ticks(), init=False)
    """The ticked records."""

    def __init__(
        self, columns: Sequence[Column], *, follow: bool, name: str | None, id: str | None, classes: str | None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._model = TableModel(follow=follow)
        self._painter: Painter | None = None
        self._message: Content | None = None
        self._fresh: dict[int, frozenset[int]] = {}
        self._mirroring = False
        self._drawn: tuple[int, int, bool] = (0, 0, False)
        self._fits = Size(0, 0)

    def _changed(self) -> None:
        """Called whenever the model has been drawn anew; a subclass tells and fetches."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made as Textual makes its own, but of our kind."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = SlimScrollBar(name="vertical")
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    @property
    def _lines(self) -> int:
        """Lines of the widget; a horizontal scrollbar would not hide the last one."""
        return self.scrollable_content_region.height

    def _on_resize(self, event: events.Resize) -> None:
        """Fold columns anew and keep the cursor in view."""
        self._fit()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Fit a new size also where no Resize comes of it.

        Textual compares a new layout with its last map of the screen. After a scroll that map is made anew as soon as
        anybody asks it for a region, and then nothing seems to have changed.
        """
        resized = size != self._size
        answer = super()._size_updated(size, virtual_size, container_size, layout)
        if resized:
            self.call_later(self._fit)
        return answer

    def _fit(self) -> None:
        """Draw for the size that there is."""
        if self._fits != self.size:
            self._fits = self.size
            self._painter = None
            self._model.resize(max(1, self._lines - 1))
            self._show(all_lines=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The scrollbar or the wheel has moved the view; the model follows.

        While a new size is on its way Textual moves the view to fit it; `_on_resize` is about to do that better.
        """
        super().watch_scroll_y(old_value, new_value)
        resizing = self.container_size.height - 1 != self._model.space
        if not self._mirroring and not resizing and round(new_value) != self._model.top:
            self._model.scroll(round(new_value))
            self._show(all_lines=True)

    def notify_style_update(self) -> None:
        """Styles have changed: everything is drawn anew."""
        super().notify_style_update()
        self._painter = None

    def _show(self, *, all_lines: bool = False) -> None:
        """Bring the screen up to date with the model, drawing no more than has changed."""
        model = self._model
        size = Size(self.size.width, model.window.total + 1 + model.notice)
        if size != self.virtual_size:
            self.virtual_size = size
        if model.top != round(self.scroll_y):
            self._mirroring = True
            self.scroll_to(y=model.top, animate=False, force=True)
            self._mirroring = False
        top, cursor, notice = model.drawn_top, model.cursor, model.notice
        if all_lines or (top, notice) != (self._drawn[0], self._drawn[2]):
            self.refresh()
        elif cursor != self._drawn[1]:
            for rank in (self._drawn[1], cursor):
                self.refresh(Region(0, 1 + rank - top, self.size.width, 1))
        self._drawn = (top, cursor, notice)
        self._changed()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the widget; without Textual's own cache, since every strip here is a cached one.

        The filter that turns the terminal's colours into true ones is left out: a theme has either all or none.
        """
        background = self.background_colors[1]
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            if not isinstance(line_filter, ANSIToTruecolor):
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line: the heads, a row, or what stands in its place."""
        painter, model = self._get_painter(), self._model
        if y == 0:
            return painter.header(self.sort, self.descending)
        if model.notice and y == self._lines - 1:
            return painter.notice(f"↓ {model.new_below:,} new below", "End", "follows again")
        rank = model.drawn_top + y - 1
        row = model.window.row(rank)
        if row is not None:
            return painter.row(
                row,
                cursor=self.show_cursor and rank == model.cursor,
                ticked=self.ticks.holds(row.id),
                fresh=self._fresh.get(row.id, NOT_FRESH),
            )
        if model.waited and not model.loaded:
            return painter.skeleton(y)
        if self._message is not None and not model.window.rows:
            return self._message_line(y - 2, painter)
        return painter.blank

    def _message_line(self, line: int, painter: Painter) -> Strip:
        """A line of the message, with an empty one above."""
        assert self._message is not None
        strips = Visual.to_strips(self, self._message, painter.width - GUTTER, None, self.visual_style)
        if not 0 <= line < len(strips):
            return painter.blank
        indent = Strip.blank(GUTTER, painter.look.base)
        return Strip.join([indent, strips[line]]).extend_cell_length(painter.full_width, painter.look.base)

    def _get_painter(self) -> Painter:
        """What draws the lines at the present width and in the present styles."""
        if self._painter is None:
            width = self.scrollable_content_region.width
            self._painter = Painter(self._look(), place(self._columns, width), width, self.size.width)
        return self._painter

    def _look(self) -> Look:
        """The styles as they are now."""
        part = self.get_component_rich_style
        colours = {tone: VisualStyle.parse(f"$sp-{tone}").foreground for tone in TONES}
        return Look(
            base=self.rich_style,
            header=part("virtual-table--header"),
            sorted=part("virtual-table--sorted"),
            cursor=part("virtual-table--cursor"),
            ticked=part("virtual-table--ticked"),
            mark=Style(color=part("virtual-table--mark").color),
            skeleton=part("virtual-table--skeleton"),
            notice=part("virtual-table--notice"),
            notice_key=part("virtual-table--notice-key"),
            notice_text=part("virtual-table--notice-text"),
            tones={tone: Style(color=colour.rich_color) for tone, colour in colours.items() if colour},
        )
