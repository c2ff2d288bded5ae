"""Measurements of running servers; `make bench` compares the product with Rasa's default pipeline."""
