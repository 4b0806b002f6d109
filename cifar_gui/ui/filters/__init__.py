"""The Filters page and its widgets."""
