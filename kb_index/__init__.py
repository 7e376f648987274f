"""Question in, cited draft out: the only room that knows llama-index."""
