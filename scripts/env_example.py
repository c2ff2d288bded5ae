"""Writes `.env.example` from the table in `settings.py`."""

from unknot.settings import ROOT, example

if __name__ == "__main__":
    (ROOT / ".env.example").write_text(example(), encoding="utf-8")
