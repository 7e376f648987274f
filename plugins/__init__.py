"""The ground: nouns, errors, hooks. All that a plugin author imports."""
