"""The Classify page and the widgets that only it uses."""
