"""The three themes of the terminal, and the only place where a colour is written as a number.

Three families of variables come out of a theme:

- Textual's own (`$background`, `$surface`, `$panel`, `$primary`, `$success` ...), filled so that Textual's widgets look
  like ours: `$background` = base, `$surface` = panel, `$panel` = raise, `$foreground` = t1, `$primary` and `$accent` =
  acc, `$success` = ok, `$warning` = warn, `$error` = bad, `$secondary` = note.
- Ours, one for each token of the look, named `$sp-` and the token: `$sp-base` `$sp-panel` `$sp-raise` `$sp-line`
  `$sp-cur` `$sp-sel` `$sp-t1` `$sp-t2` `$sp-t3` `$sp-acc` `$sp-on-acc` `$sp-ok` `$sp-warn` `$sp-bad` `$sp-note`
  `$sp-ok-bg` `$sp-warn-bg` `$sp-bad-bg` `$sp-alert` `$sp-on-alert` `$sp-plot` `$sp-idle`.
- Four that say how a theme without grounds makes up for them: the text styles `$sp-cur-style` (cursor row and focused
  field, `reverse` in `ansi`), `$sp-field-style` (other fields, `underline` in `ansi`) and `$sp-cursor-style` (text
  cursor in a focused field), and the colour `$sp-veil` (over the page under a dialog).

Widgets use the `$sp-` names only: `$panel` and `$surface` mean other grounds to Textual than to the look.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

NIGHT_TOKENS: Mapping[str, str] = {
    "base": "#11161D",
    "panel": "#161D26",
    "raise": "#1E2833",
    "line": "#33414F",
    "cur": "#1F3548",
    "sel": "#1A2A3A",
    "t1": "#DEE5EC",
    "t2": "#AAB7C4",
    "t3": "#909DAB",
    "acc": "#86B9EA",
    "on-acc": "#0C1219",
    "ok": "#86C9A0",
    "warn": "#E2B865",
    "bad": "#F28C82",
    "note": "#BFA8EE",
    "ok-bg": "#162A21",
    "warn-bg": "#30270F",
    "bad-bg": "#3A1B1D",
    "alert": "#B3261E",
    "on-alert": "#FFFFFF",
    "plot": "#4C82B3",
    "idle": "#5F6E7D",
}
"""Colours of the dark theme by token."""

DAY_TOKENS: Mapping[str, str] = {
    "base": "#F7F5F0",
    "panel": "#EFECE4",
    "raise": "#E6E2D8",
    "line": "#C4BEB1",
    "cur": "#CFE0F2",
    "sel": "#E1EAF3",
    "t1": "#1D2730",
    "t2": "#414D59",
    "t3": "#565F69",
    "acc": "#1B5A9E",
    "on-acc": "#FFFFFF",
    "ok": "#1D6540",
    "warn": "#7A4E00",
    "bad": "#A8231B",
    "note": "#5F3FA3",
    "ok-bg": "#DDEBDD",
    "warn-bg": "#F4E6C4",
    "bad-bg": "#F7DBD6",
    "alert": "#B3261E",
    "on-alert": "#FFFFFF",
    "plot": "#5C8DC0",
    "idle": "#8C8577",
}
"""Colours of the light theme by token."""

ANSI_TOKENS: Mapping[str, str] = {
    **dict.fromkeys(("base", "panel", "raise", "cur", "sel", "ok-bg", "warn-bg", "bad-bg"), "ansi_default"),
    "line": "ansi_bright_black",
    "t1": "ansi_default",
    "t2": "ansi_default",
    "t3": "ansi_bright_black",
    "acc": "ansi_cyan",
    "on-acc": "ansi_black",
    "ok": "ansi_green",
    "warn": "ansi_yellow",
    "bad": "ansi_bright_red",
    "note": "ansi_magenta",
    "alert": "ansi_red",
    "on-alert": "ansi_bright_white",
    "plot": "ansi_blue",
    "idle": "ansi_bright_black",
}
"""Colours of the sixteen-colour theme by token: the terminal's own, no grounds."""

VEIL_ALPHA = "62%"


def _variables(tokens: Mapping[str, str], *, grounds: bool) -> dict[str, str]:
    """The CSS variables of a theme: ours, and those of Textual's own widgets that must follow."""
    ours = {f"sp-{name}": colour for name, colour in tokens.items()}
    return ours | {
        "sp-cur-style": "none" if grounds else "reverse",
        "sp-field-style": "none" if grounds else "underline",
        "sp-cursor-style": "none" if grounds else "not reverse",
        "sp-veil": f"{tokens['base']} {VEIL_ALPHA}" if grounds else "transparent",
        "text": tokens["t1"],
        "text-muted": tokens["t3"],
        "text-disabled": tokens["t3"],
        "border": tokens["line"],
        "border-blurred": tokens["line"],
        "block-cursor-background": tokens["cur"],
        "block-cursor-foreground": tokens["t1"],
        "block-cursor-text-style": "bold" if grounds else "bold reverse",
        "block-cursor-blurred-background": tokens["sel"],
        "block-cursor-blurred-foreground": tokens["t1"],
        "footer-key-foreground": tokens["acc"],
        "input-cursor-background": tokens["t1"] if grounds else "ansi_default",
        "input-cursor-foreground": tokens["base"] if grounds else "ansi_default",
        "input-cursor-text-style": "none" if grounds else "reverse",
        "input-selection-background": f"{tokens['acc']} 35%" if grounds else "ansi_cyan",
        "input-selection-foreground": tokens["t1"] if grounds else "ansi_black",
        **dict.fromkeys(("scrollbar", "scrollbar-hover", "scrollbar-active"), tokens["idle"]),
        **dict.fromkeys(
            (
                "scrollbar-background",
                "scrollbar-background-hover",
                "scrollbar-background-active",
                "scrollbar-corner-color",
            ),
            tokens["base"],
        ),
    }


def _theme(name: str, tokens: Mapping[str, str], *, dark: bool) -> Theme:
    """A Textual theme with true colours from the tokens of the look."""
    return Theme(
        name=name,
        primary=tokens["acc"],
        secondary=tokens["note"],
        accent=tokens["acc"],
        success=tokens["ok"],
        warning=tokens["warn"],
        error=tokens["bad"],
        foreground=tokens["t1"],
        background=tokens["base"],
        surface=tokens["panel"],
        panel=tokens["raise"],
        dark=dark,
        variables=_variables(tokens, grounds=True),
    )


NIGHT = _theme("night", NIGHT_TOKENS, dark=True)
"""The dark theme, and the default."""

DAY = _theme("day", DAY_TOKENS, dark=False)
"""The light theme."""

ANSI = Theme(
    name="ansi",
    primary=ANSI_TOKENS["acc"],
    secondary=ANSI_TOKENS["note"],
    accent=ANSI_TOKENS["acc"],
    success=ANSI_TOKENS["ok"],
    warning=ANSI_TOKENS["warn"],
    error=ANSI_TOKENS["bad"],
    foreground=ANSI_TOKENS["t1"],
    background=ANSI_TOKENS["base"],
    ansi=True,
    variables=_variables(ANSI_TOKENS, grounds=False)
    | {
        # Textual asks for these and does not make them up for a theme of the terminal's colours.
        "ansi-background": ANSI_TOKENS["base"],
        "ansi-foreground": ANSI_TOKENS["t1"],
        "foreground-disabled": ANSI_TOKENS["t3"],
        "surface-active": ANSI_TOKENS["raise"],
    },
)
"""Sixteen colours of the terminal itself; also what NO_COLOR is drawn with."""

THEMES = (NIGHT, DAY, ANSI)
"""Every theme, for `App.register_theme`."""

DEFAULT_VARIABLES: Mapping[str, str] = NIGHT.variables
"""Return this from `App.get_theme_variable_defaults`: the style sheets of widgets are parsed before a theme is set."""


def pick_theme(wanted: str, environ: Mapping[str, str]) -> str:
    """The name of the theme to use: `ansi` under NO_COLOR, else the wanted one, else `night`.

    Under NO_COLOR the app is also to be constructed with `ansi_color=True`; Textual then drops every colour and keeps
    bold, underline and reverse, where its usual filter would leave greys on grey.
    """
    if "NO_COLOR" in environ:
        return ANSI.name
    return wanted if wanted in {theme.name for theme in THEMES} else NIGHT.name
