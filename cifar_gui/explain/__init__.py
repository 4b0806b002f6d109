"""What a network has learned, as plain arrays: one file per view, free of Qt."""
