"""Pictures: data sets as one `ImageData`, and any picture as the network's input."""
