"""A teacher's lesson: which pages are shown, what is set up, and a text beside them."""
