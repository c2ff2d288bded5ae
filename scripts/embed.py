"""The script tag for other pages: `python -m scripts.embed [https://unknot.example] [region]`.

It names the whole widget by its version and gives its integrity hash, as a server with the same files and the same
region serves it.
"""

from __future__ import annotations

import argparse
import json

from unknot.channels.web.server.config import WEB_FOLDER
from unknot.channels.web.server.static import embed_kit
from unknot.channels.web.server.wording import Wording
from unknot.knowledge.loader import load


def main(arguments: list[str] | None = None) -> None:
    """Prints the tag."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("origin", nargs="?", default="https://unknot.example")
    parser.add_argument("region", nargs="?", default="us", choices=sorted(load().regions))
    asked = parser.parse_args(arguments)
    files = embed_kit(WEB_FOLDER, Wording(load(), asked.region).advice_module())
    told = json.loads(files["embed.json"].plain)
    print(
        f'<script type="module" crossorigin src="{asked.origin}/widget/{told["file"]}" '
        f'integrity="{told["integrity"]}"></script>'
    )


if __name__ == "__main__":
    main()
