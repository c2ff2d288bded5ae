"""`rasa data validate`, made strict: a warning about our own files fails, and so does a run that checked nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from unknot.launch.supervisor import die_with_parent
from unknot.settings import ROOT

CHECKED = "No story structure conflicts found"
"""Rasa's last words when it really looked; it ends with exit code 0 in a broken environment too."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^(?P<file>/?\S+?\.py):\d+: (?P<kind>\w*Warning): (?P<text>.*)$")
_LOGGED = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL)\s+\S+\s+- (?P<text>.*)$")
# Warnings of Rasa's code about its own libraries, whatever our files say.
_NOT_ABOUT_US = ("pkg_resources is deprecated",)


def max_history(config: Path) -> int | None:
    """The longest history that a policy of the configuration looks at, for the search for conflicts."""
    policies = (yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("policies") or []
    return max((policy["max_history"] for policy in policies if policy.get("max_history")), default=None)


def complaints(printed: str, root: Path) -> list[str]:
    """The warnings and errors in Rasa's output that are about the project's own files."""
    found = []
    for line in _COLOUR.sub("", printed).splitlines():
        if logged := _LOGGED.match(line):
            found.append(logged["text"])
        elif (warning := _WARNING.match(line)) and _is_ours(warning, root):
            found.append(warning["text"])
    return found


def _is_ours(warning: re.Match[str], root: Path) -> bool:
    if any(words in warning["text"] for words in _NOT_ABOUT_US):
        return False
    file = warning["file"]
    if "site-packages" in file:
        # Rasa tells about our data with these two kinds; the other kinds are about its own code.
        return "/rasa/" in file and warning["kind"] in ("UserWarning", "FutureWarning")
    return file.startswith(str(root)) or not file.startswith("/")


def _used_in_code(text: str, root: Path) -> bool:
    """Rasa looks for responses in stories and rules alone; ours may also be named by a policy or an action."""
    match = re.match(r"The utterance '(\w+)' is not used in any story or rule", text)
    if not match:
        return False
    folders = ("actions", "unknot/channels", "unknot/nlu")
    sources = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return any(f'"{match[1]}"' in path.read_text(encoding="utf-8") for path in sources)


def validate(root: Path) -> list[str]:
    """What is wrong with the domain and data of a project; empty when nothing is."""
    command = [sys.executable, "-m", "rasa", "data", "validate"]
    if history := max_history(root / "config.yml"):
        command += ["--max-history", str(history)]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=die_with_parent(),
    )
    found = [text for text in complaints(done.stdout, root) if not _used_in_code(text, root)]
    if not found and (done.returncode != 0 or CHECKED not in done.stdout):
        end = "\n".join(done.stdout.splitlines()[-5:])
        found.append(f"rasa data validate did not finish (exit code {done.returncode}):\n{end}")
    return found


def main() -> int:
    """The command line."""
    found = validate(ROOT)
    for complaint in found:
        print(f"rasa data validate: {complaint}")
    print(f"rasa data validate: {f'{len(found)} problems' if found else 'clean'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
