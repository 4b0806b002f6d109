"""Which device really works, and what is fast and right on it."""
