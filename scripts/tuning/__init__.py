"""`make tune`: adapts the sentence encoder to the training data. Runs in an environment of its own, with torch."""
