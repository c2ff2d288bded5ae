"""What `make` runs: set-up, training, starting and stopping, and the gates."""
