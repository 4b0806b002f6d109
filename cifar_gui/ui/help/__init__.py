"""The help pages and the window that shows them."""
