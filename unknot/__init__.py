"""Unknot: a chat assistant for people whose back has just gone into spasm. README.md has the map of its rooms."""
