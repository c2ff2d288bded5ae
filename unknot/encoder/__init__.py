"""Sentences to vectors, and classifiers over vectors. Knows nothing of Rasa, nor of backs."""
