"""The endpoints file a server is started with: `endpoints.yml` with ports, database and Redis from the settings.

`endpoints.yml` itself holds literals, so that `rasa shell` and `rasa run` work without any variable set (Rasa
refuses a file that names an unset one). The launcher writes a copy with what the settings say and starts Rasa
with that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from unknot.conversations.address import database_file
from unknot.settings import Settings

KEY_HEADER = "X-Unknot-Key"
"""With the key that assistant and action server share (UNKNOT_ACTIONS_KEY)."""


def tracker_store(url: str, folder: Path) -> dict[str, Any]:
    """Rasa's `tracker_store` section for a database address."""
    if file := database_file(url, folder):
        return {"type": "SQL", "dialect": "sqlite", "db": str(file)}
    parts = urlsplit(url)
    store: dict[str, Any] = {
        "type": "SQL",
        "dialect": parts.scheme,
        "url": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "db": unquote(parts.path.strip("/")),
        "query": dict(parse_qsl(parts.query)),
    }
    return {key: value for key, value in store.items() if value}


def write_endpoints(source: Path, settings: Settings, folder: Path) -> Path:
    """Writes the effective endpoints file into the data folder, for this user alone; its path."""
    endpoints = yaml.safe_load(source.read_text(encoding="utf-8")) or {}
    action = endpoints.setdefault("action_endpoint", {})
    action["url"] = f"http://{settings.actions_host}:{settings.actions_port}/webhook"
    if settings.actions_key:
        action["headers"] = {**(action.get("headers") or {}), KEY_HEADER: settings.actions_key}
    # A store of the project's own keeps its class; where it keeps things is still what the settings say.
    store = endpoints.get("tracker_store") or {}
    kept = {key: store[key] for key in ("type",) if key in store}
    endpoints["tracker_store"] = {**tracker_store(settings.database_url, folder), **kept}
    if settings.broker_url:
        endpoints["event_broker"] = {
            "type": "unknot.conversations.broker.LeanBroker"
        }  # it reads the address from the settings
    if settings.redis_url:
        endpoints["lock_store"] = {"type": "unknot.conversations.redis_locks.RedisLocks", "url": settings.redis_url}
    target = settings.data_dir / "run" / f"endpoints-{settings.port}.yml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_text(yaml.safe_dump(endpoints, sort_keys=False), encoding="utf-8")
    return target
