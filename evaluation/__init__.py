"""How well the assistant understands people: test sets, their loader and what measures them."""
