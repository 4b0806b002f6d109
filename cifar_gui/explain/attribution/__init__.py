"""Which part of a picture speaks for a class: one way of asking per file."""
