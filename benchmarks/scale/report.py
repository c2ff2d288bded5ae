"""From what a run found to figures, and from those to docs/scaling.md: what was measured, and the sums from there."""

from __future__ import annotations

import math
import os
import platform
import statistics
from typing import Any

from benchmarks.scale.people import Message
from unknot.settings import ROOT

PAGE = ROOT / "docs" / "scaling.md"
LOAD, COSTS = "load", "costs"  # the two places of the page that are written here

CONVERSATIONS = 1_000_000  # a day
PEAK = 3.0  # busiest minute against the day's mean: an assumption
USE = 0.6  # of a core, so that a burst finds room
KEEP_DAYS = 30  # how long a web session can live
CORES, MEMORY_GB = 8, 32  # of a machine


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)] if ordered else float("nan")


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """The figures of a run, ready for JSON."""
    calm: list[Message] = found["calm"]
    turns = max(1, len(calm))
    first = [m.first_reply for m in calm if m.first_reply is not None]
    whole = [m.done for m in calm if m.done is not None]
    cuts = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "turns": len(calm),
        "seconds": found["seconds"],
        "turns_per_second": len(calm) / found["seconds"],
        "turns_per_conversation": statistics.fmean(found["lengths"] or [float("nan")]),
        "people": found["people"],
        "load": found["load"],
        "busy": os.getloadavg()[1],
        "first_reply": {name: percentile(first, cut) for name, cut in cuts.items()},
        "whole_answer": {name: percentile(whole, cut) for name, cut in cuts.items()},
        "per_turn": {name: value / turns for name, value in found["used"].items()},
        "memory": found["memory"],
        "disturbed": found["disturbed"],
        "counts": found["counts"],
        "rates": found["rates"],
        "mean_replies": statistics.fmean(len(m.replies) for m in calm) if calm else 0.0,
    }


def marks(place: str) -> tuple[str, str]:
    """What stands before and after a place of the page."""
    return f"<!-- {place}: written by make test-scale -->", f"<!-- end of {place} -->"


def write(found: dict[str, Any], *places: str) -> None:
    """Puts the figures into their places in the page."""
    page = PAGE.read_text(encoding="utf-8")
    for place in places:
        text = _measured(found) if place == LOAD else _costs(found) + _sums(found)
        begin, end = marks(place)
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = f"{head}{begin}\n{text}{end}{tail}"
    PAGE.write_text(page, encoding="utf-8")


def _measured(found: dict[str, Any]) -> str:
    counts, rates = found["counts"], found["rates"]
    times = "".join(
        f"| {title} | {found[key]['p50']:.2f} | {found[key]['p95']:.2f} | {found[key]['p99']:.2f} |\n"
        for title, key in (("first reply", "first_reply"), ("whole answer", "whole_answer"))
    )
    harmed = "".join(
        f"| {one['what']} | {'yes' if one['answered'] else 'NO'} | {one['slowest']:.1f} |\n"
        for one in found["disturbed"]
    )
    return f"""
## Under load

By `{found["command"]}` on {found["machine"]}, which also ran the people and both databases; \
{found["busy"]:.0f} processes wanted those cores at the end (load over five minutes). PostgreSQL waited for the disk.

**Load.** {found["people"]} people for {found["load"]:.0f} s, the first {found["seconds"]:.0f} s of them measured \
without disturbance: {found["turns"]} messages, \
{found["turns_per_second"]:.1f} a second, {found["mean_replies"]:.1f} replies each.

| seconds until | p50 | p95 | p99 |
|---|---|---|---|
{times}
**Then parts died under the same load.** {counts["messages"]} messages in all, \
{counts["acknowledged"]} acknowledged, {counts["sent again"]} sent again by the page. \
Acknowledged and lost: {counts["acknowledged and lost"]}. Handled twice: {counts["handled twice"]}. \
Never answered: {counts["never answered"]}. \
Run again after a reply had left, with other words than before: {counts["told again in other words"]}.

| | emergencies sent at that moment answered | the slowest after, s |
|---|---|---|
{harmed}
**Throughput**, 24 clients that never think: {rates["both"]:.1f} turns a second with two assistants, \
{rates["one"]:.1f} with one ({rates["both"] / max(rates["one"], 0.01):.2f} times as many).
"""


def _costs(found: dict[str, Any]) -> str:
    per, memory = found["per_turn"], found["memory"]
    kinds = {
        "assistants": "one assistant",
        "actions": "one action server",
        "postgres": "PostgreSQL",
        "redis": "Redis",
        "nginx": "nginx",
    }
    costs = "".join(
        f"| {title} | {1000 * per[f'cpu_{kind}']:.1f} | {memory[kind]:.0f} |\n" for kind, title in kinds.items()
    )
    return f"""
## What a turn costs

By `{found["command"]}`, over {found["turns"]} turns; processor time is disturbed little by what else \
the machine does ({found["busy"]:.0f} processes wanted its {os.cpu_count()} cores).

| | CPU ms a turn | memory, MB |
|---|---|---|
{costs}
A turn costs {per["transactions"]:.0f} transactions, {per["rows_written"]:.1f} rows written, \
{per["wal_bytes"] / 1000:.1f} kB of write-ahead log, {per["database_bytes"] / 1000:.1f} kB of database, and \
{per["redis_commands"]:.0f} Redis commands (scripts count with what they call).
"""


def _sums(found: dict[str, Any]) -> str:
    per, memory = found["per_turn"], found["memory"]
    turns = found["turns_per_conversation"]
    mean = CONVERSATIONS * turns / 86_400
    peak = mean * PEAK
    need = {kind: peak * per[f"cpu_{kind}"] / USE for kind in ("assistants", "actions", "postgres", "redis", "nginx")}
    processes = {kind: math.ceil(need[kind]) + 1 for kind in ("assistants", "actions")}
    memory_gb = sum(processes[kind] * memory[kind] for kind in processes) / 1000
    machines = max(math.ceil(sum(processes.values()) / CORES), math.ceil(memory_gb / (0.8 * MEMORY_GB))) + 1
    day = CONVERSATIONS * turns
    return f"""
## A million conversations a day

Sums from the figures above; nobody has run this. Assumed: the busiest minute is {PEAK:g} times the mean, \
a core is used to {USE:.0%}, machines have {CORES} cores and {MEMORY_GB} GB, conversations are kept {KEEP_DAYS} days.

| | sum | |
|---|---|---|
| turns a conversation | as in the test, whose conversations somebody wrote | {turns:.1f} |
| turns a second, mean | 1,000,000 × {turns:.1f} ÷ 86,400 | {mean:.0f} |
| turns a second, peak | {mean:.0f} × {PEAK:g} | {peak:.0f} |
| assistants (one core each) | {peak:.0f} × {1000 * per["cpu_assistants"]:.1f} ms ÷ {USE:g}, and one spare | \
{processes["assistants"]} |
| action servers (one core each) | {peak:.0f} × {1000 * per["cpu_actions"]:.1f} ms ÷ {USE:g}, and one spare | \
{processes["actions"]} |
| their memory | {processes["assistants"]} × {memory["assistants"]:.0f} MB + {processes["actions"]} × \
{memory["actions"]:.0f} MB | {memory_gb:.1f} GB |
| machines for both | {sum(processes.values())} ÷ {CORES}, and one spare | {machines} |
| PostgreSQL, cores | {peak:.0f} × {1000 * per["cpu_postgres"]:.1f} ms ÷ {USE:g} | {need["postgres"]:.1f} |
| PostgreSQL, transactions a second, peak | {peak:.0f} × {per["transactions"]:.0f} | \
{peak * per["transactions"]:,.0f} |
| PostgreSQL, rows written a second, peak | {peak:.0f} × {per["rows_written"]:.1f} | \
{peak * per["rows_written"]:,.0f} |
| write-ahead log, MB a second, peak | {peak:.0f} × {per["wal_bytes"] / 1000:.1f} kB | \
{peak * per["wal_bytes"] / 1e6:.1f} |
| database, growth a day | {day / 1e6:.1f} million × {per["database_bytes"] / 1000:.1f} kB | \
{day * per["database_bytes"] / 1e9:.0f} GB |
| database, {KEEP_DAYS} days | × {KEEP_DAYS} | {KEEP_DAYS * day * per["database_bytes"] / 1e12:.1f} TB |
| Redis commands a second, peak | {peak:.0f} × {per["redis_commands"]:.0f} | {peak * per["redis_commands"]:,.0f} |
| Redis, cores | {peak:.0f} × {1000 * per["cpu_redis"]:.2f} ms ÷ {USE:g} | {need["redis"]:.2f} |
| nginx, cores | {peak:.0f} × {1000 * per["cpu_nginx"]:.2f} ms ÷ {USE:g} | {need["nginx"]:.2f} |

So: {machines} machines for assistants and action servers, two for PostgreSQL (a primary and a standby, each with \
{max(4, math.ceil(need["postgres"] * 1.5))} cores and fast disks), two small ones for Redis \
(one as a replica), two small ones for nginx.
"""
