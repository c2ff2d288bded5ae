"""What runs in production: the assistant, the action server, the supervisor of both, and training."""
