"""The Train page and its widgets."""
