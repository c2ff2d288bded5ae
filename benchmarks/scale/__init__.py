"""Several servers under load, and what happens when parts of them die: `make test-scale`."""
