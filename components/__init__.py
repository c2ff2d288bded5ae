"""Rasa components, each of them thin: the work is in `clinical_text`, `minilm` and `linear`."""
