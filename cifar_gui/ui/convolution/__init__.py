"""The Convolution page and its widgets."""
