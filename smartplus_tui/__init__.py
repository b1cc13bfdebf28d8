"""The application on top of screens and engine."""

__version__ = "0.3.0"
"""The version of the product; the package and `smartplus --version` read it here."""
