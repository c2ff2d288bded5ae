"""A package, so that `python -m tests…` finds these and not what a library left under the same name."""
