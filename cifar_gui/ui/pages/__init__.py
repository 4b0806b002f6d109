"""One small file for each page: it registers a factory and imports nothing heavy until that is called."""
