"""The same park and app as the screen tests use."""

from tests.screens.conftest import make_app, park, park_template, show

__all__ = ["make_app", "park", "park_template", "show"]
