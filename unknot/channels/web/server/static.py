"""The widget's files, read once, served lean and compressed with a validator; and the whole widget in one file."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from unknot.channels.web.server.bundle import ENTRY, bundle, integrity

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json; charset=utf-8",
}

VERSION = "1.0.0"  # of the widget as pages embed it: attributes, methods, events
LASTING = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Served:
    """A file as it leaves."""

    kind: str
    plain: bytes
    packed: bytes
    tag: str
    lasting: bool = False  # its name stands for its bytes


def served(kind: str, plain: bytes) -> Served:
    """A file of these bytes."""
    tag = hashlib.sha256(plain).hexdigest()[:20]
    return Served(kind, plain, gzip.compress(plain, 9, mtime=0), tag)


def lean(script: str) -> str:
    """A script of ours without indentation and without the lines that are comments."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/**"))) + "\n"


def _bytes_of(path: Path) -> bytes:
    return lean(path.read_text(encoding="utf-8")).encode() if path.suffix == ".js" else path.read_bytes()


def read_folder(folder: Path) -> dict[str, Served]:
    """Every file of a known type under `folder`, by its path relative to it."""
    return {
        path.relative_to(folder).as_posix(): served(TYPES[path.suffix], _bytes_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in TYPES
    }


def embed_kit(folder: Path, advice: str) -> dict[str, Served]:
    """The whole widget in one script, under a plain name and under one that stands for these very bytes.

    `advice` is the module with the region's advice. "embed.json" tells the second name and its integrity hash.
    """
    modules = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.js")}
    script = bundle({**modules, "advice.js": advice}).encode()
    versioned = f"unknot-{VERSION}-{hashlib.sha256(script).hexdigest()[:8]}.js"
    told = json.dumps({"file": versioned, "integrity": integrity(script)}).encode()
    whole = served(TYPES[".js"], script)
    return {ENTRY: whole, versioned: replace(whole, lasting=True), "embed.json": served(TYPES[".json"], told)}


def answer(request: Request, file: Served, headers: dict[str, str]) -> HTTPResponse:
    """The file, or 304 if the browser has it."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{file.tag}{"-gz" if packed else ""}"'
    vary = ", ".join(filter(None, ["Accept-Encoding", headers.get("Vary", "")]))
    headers = {**headers, "ETag": tag, "Cache-Control": LASTING if file.lasting else "no-cache", "Vary": vary}
    if request.headers.get("if-none-match") == tag:
        return empty(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return raw(file.packed if packed else file.plain, headers=headers, content_type=file.kind)
