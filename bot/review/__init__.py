"""People look at drafts: what they decide, by page, by note or by their own answer, and what comes of it."""
