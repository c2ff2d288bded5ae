"""Rasa's command line as the launcher starts it: with logs that keep what people type to themselves."""

from rasa.__main__ import main

from components.private_logs import keep_private

if __name__ == "__main__":
    keep_private()
    main()
