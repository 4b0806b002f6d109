"""From a snapshot and a picture to an answer."""
