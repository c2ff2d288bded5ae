"""The Slack channel with the scripted assistant in a process of its own, to be killed: FOLDER STANDIN-URL PORT."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

from tests.channels.slack.harness import Running
from tests.channels.slack.standin import StandIn


async def main(folder: Path, standin: str, port: int) -> None:
    slack = StandIn()
    slack.url = standin
    running = Running(folder, slack, max_turns=4)

    async def think(_: Any) -> None:
        await asyncio.sleep(random.uniform(0.0, 0.06))

    running.assistant.before = think
    await running.start(port)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
