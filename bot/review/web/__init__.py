"""The review pages: who may open them, and what each shows and does."""
