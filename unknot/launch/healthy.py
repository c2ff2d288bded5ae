"""Whether the server in this container answers: 0 or 1, for a container's health check."""

from __future__ import annotations

import sys

from unknot.launch.probes import answers_http
from unknot.settings import load_settings


def main() -> int:
    """Asks the assistant's port, then the action server's; a container has one of them."""
    settings = load_settings()
    checks = [answers_http(f"http://127.0.0.1:{port}/health") for port in (settings.port, settings.actions_port)]
    problems = [check() for check in checks]
    if None in problems:
        return 0
    print("; ".join(str(problem) for problem in problems))
    return 1


if __name__ == "__main__":
    sys.exit(main())
