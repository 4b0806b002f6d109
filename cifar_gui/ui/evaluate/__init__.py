"""The Evaluate page and its widgets."""
