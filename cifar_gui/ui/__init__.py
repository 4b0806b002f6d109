"""The window: the only place that knows Qt. Its modules import neither torch nor numpy until something needs them."""
