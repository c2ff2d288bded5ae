"""How Unknot decides: pure functions over the knowledge.

Charter: no Rasa, no spaCy, no input or output, no clock, no randomness. What a person wrote comes in as a `Turn`
(ids and values that the readers found), what is known lives in a `Case`, and all code here maps one to the other.
"""
