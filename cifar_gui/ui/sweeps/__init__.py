"""Sweeps in the window: what to try, the trials one after another, and what came of them."""
