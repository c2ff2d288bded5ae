"""Rasa components, each of them thin: the work is in `reading`, `triage` and `encoder`."""
