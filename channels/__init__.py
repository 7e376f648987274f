"""Draft in, channel-shaped reply out: one file is one channel."""
