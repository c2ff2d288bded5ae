"""Where the action server is watched: every call, with the id of the turn that it belongs to."""

from __future__ import annotations

import logging
import time
from typing import Any

from pluggy import HookimplMarker

from unknot.observability import metrics
from unknot.observability.serving import measure_lag
from unknot.observability.turns import HEADER, join

logger = logging.getLogger(__name__)
_PATH = "/webhook"


class Watching:
    """A plugin of rasa_sdk: it is handed the server's Sanic app."""

    @HookimplMarker("rasa_sdk")
    def attach_sanic_app_extensions(self, app: Any) -> None:
        """Called once, before the server starts."""
        app.register_middleware(_begin, "request")
        app.register_middleware(_end, "response")
        app.register_listener(_start_lag, "after_server_start")


async def _begin(request: Any) -> None:
    join(request.headers.get(HEADER))
    request.ctx.began = time.perf_counter()


async def _end(request: Any, response: Any) -> None:
    if request.path != _PATH or not hasattr(request.ctx, "began"):
        return
    seconds = time.perf_counter() - request.ctx.began
    metrics.ACTION_RUN_SECONDS.observe(seconds)
    # Not which action: one of them runs in emergencies only.
    fields = {"seconds": round(seconds, 4), "status": response.status}
    logger.info("action call answered", extra={"fields": fields})


async def _start_lag(app: Any, loop: Any) -> None:
    app.ctx.lag = loop.create_task(measure_lag())
