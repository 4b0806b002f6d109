"""The training loop: a generator of events, steered through a control object."""
