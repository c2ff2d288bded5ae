"""The assistant in a terminal: a thin HTTP client that knows the reply contract and nothing else."""
