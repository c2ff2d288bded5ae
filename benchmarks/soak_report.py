"""What a soak says: slopes of memory and open files, the page docs/soak.md with its picture, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

WARM = 0.25
"""The share of a run that is left out of the fit: caches fill, memory is laid out."""
JUDGED_MINUTES = 20.0
"""Shorter runs show that it works, and are not judged for growth: warming up looks like a leak."""
MOST_MB_AN_HOUR = 20.0
MOST_FILES_AN_HOUR = 10.0
MOST_FAILED = 0.001


@dataclass(frozen=True)
class Sample:
    """One look at one process: seconds since the load began, resident memory in MB, open files."""

    at: float
    memory: float
    files: int


@dataclass(frozen=True)
class Turn:
    """One message: when it was sent (seconds since the load began), how long it took, whether it was answered."""

    at: float
    seconds: float
    answered: bool


@dataclass(frozen=True)
class Slope:
    """Growth an hour, with the lower and upper end of its 95 % interval."""

    an_hour: float
    low: float
    high: float


@dataclass(frozen=True)
class Soak:
    """All of a run. `limit` and `target` are turns a second; `samples` by process."""

    minutes: float
    limit: float
    target: float
    turns: Sequence[Turn]
    samples: dict[str, Sequence[Sample]]
    machine: str

    @property
    def failed(self) -> int:
        """Turns without an answer."""
        return sum(not turn.answered for turn in self.turns)


def slope(samples: Sequence[Sample], what: str) -> Slope:
    """The Theil–Sen slope of "memory" or "files" after warming up: the median over all pairs: a jump is no trend.

    Its interval takes samples for independent of each other, which they are not quite: it is somewhat too narrow.
    """
    from scipy.stats import theilslopes

    kept = [one for one in samples if one.at >= WARM * samples[-1].at]
    if len(kept) < 3:
        raise ValueError("too few samples for a slope")
    found = theilslopes([getattr(one, what) for one in kept], [one.at / 3600 for one in kept])
    return Slope(float(found[0]), float(found[2]), float(found[3]))


def complaints(soak: Soak) -> list[str]:
    """What is wrong; empty for a good run."""
    found = []
    if not soak.turns or soak.failed > MOST_FAILED * len(soak.turns):
        found.append(f"{soak.failed} of {len(soak.turns)} turns were not answered")
    if soak.minutes >= JUDGED_MINUTES:
        for name, samples in soak.samples.items():
            for what, most in (("memory", MOST_MB_AN_HOUR), ("files", MOST_FILES_AN_HOUR)):
                grown = slope(samples, what)
                if grown.low > most:
                    found.append(f"{name}: {what} grow by {grown.an_hour:.1f} an hour, surely more than {most:g}")
    return found


def page(soak: Soak, picture: str) -> str:
    """The page in Markdown."""
    rate = len(soak.turns) / (soak.minutes * 60)
    quarter = soak.minutes * 15
    first = [turn.seconds for turn in soak.turns if turn.at < quarter]
    last = [turn.seconds for turn in soak.turns if turn.at >= 3 * quarter]
    lines = [
        "# A long time under load",
        "",
        "Made by `make soak`; do not edit. People talk over the web channel to an assistant as the launcher starts",
        "it, on SQLite, at 70 % of the turns a second that a ramp before it allowed. Absolute figures belong to the",
        f"machine ({soak.machine}), which also ran the people.",
        "",
        f"{soak.minutes:g} minutes; limit in the ramp {soak.limit:.1f} turns a second, aimed at {soak.target:.1f}, "
        f"reached {rate:.1f}; {len(soak.turns):,} turns, {soak.failed} not answered.",
        "",
    ]
    if soak.minutes < JUDGED_MINUTES:
        lines += [
            f"**A short run:** below {JUDGED_MINUTES:g} minutes growth is mostly warming up: shown, not judged.",
            "",
        ]
    lines += ["| | first quarter | last quarter |", "|---|---|---|"]
    for name, share in (("median of a turn", 0.5), ("95th percentile", 0.95)):
        lines.append(f"| {name} | {_at(first, share)} | {_at(last, share)} |")
    lines += [
        "",
        "| process | memory at first, MB | at the end | growth an hour (95 %) | open files at first | at the end "
        "| growth an hour (95 %) |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, samples in soak.samples.items():
        memory, files = slope(samples, "memory"), slope(samples, "files")
        lines.append(
            f"| {name} | {samples[0].memory:.0f} | {samples[-1].memory:.0f} | {_words(memory)} "
            f"| {samples[0].files} | {samples[-1].files} | {_words(files)} |"
        )
    lines += [
        "",
        f"Growth is the median slope over all pairs of samples after the first {WARM:.0%} of the run; its interval",
        "takes samples for independent and is somewhat too narrow. The run fails when the lower end is above "
        f"{MOST_MB_AN_HOUR:g} MB or",
        f"{MOST_FILES_AN_HOUR:g} files an hour, or when more than {MOST_FAILED:.1%} of the turns are not answered.",
        "",
        f"![Memory and open files over the run]({picture})",
        "",
    ]
    return "\n".join(lines)


def draw(soak: Soak, path: Path) -> None:
    """Memory above, open files below, over minutes."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (upper, lower) = plt.subplots(2, 1, figsize=(7.5, 4.6), sharex=True)
    for name, samples in soak.samples.items():
        minutes = [one.at / 60 for one in samples]
        upper.plot(minutes, [one.memory for one in samples], label=name)
        lower.plot(minutes, [one.files for one in samples], label=name)
    upper.set_ylabel("resident memory, MB")
    lower.set_ylabel("open files")
    lower.set_xlabel("minutes")
    for axes in (upper, lower):
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
    upper.legend(frameon=False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _at(seconds: Sequence[float], share: float) -> str:
    if not seconds:
        return "–"
    value = median(seconds) if share == 0.5 else sorted(seconds)[int(share * (len(seconds) - 1))]
    return f"{value * 1000:.0f} ms"


def _words(found: Slope) -> str:
    return f"{found.an_hour:+.1f} ({found.low:+.1f} to {found.high:+.1f})"
