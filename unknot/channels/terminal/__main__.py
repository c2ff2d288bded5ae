"""`python -m terminal`."""

from unknot.channels.terminal.cli import main

raise SystemExit(main())
