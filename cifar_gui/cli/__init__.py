"""The same core without a window: train, evaluate, classify, summary, models, doctor."""
