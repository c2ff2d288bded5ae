"""What of Rasa is replaced while the assistant runs, and why."""
