"""Five accessibility engines over every state of the page. `python -m tests.channels.web.engines [size …]`.

axe-core and IBM's checker look at the page itself; HTML CodeSniffer (pa11y's engine), the W3C's validator and a
virtual screen reader, which do not look into shadow trees, at the same state as one plain document.
Without npm there are none, and nothing is checked; without Java the validator is left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts.browser import find
from tests.channels.web.chat import LAUNCH, REST, RULES, Chat
from tests.channels.web.serve import FakeServer
from tests.channels.web.states import LOOKS, PATIENT, SIZES, options, walk
from unknot.settings import ROOT

FOLDER = ROOT / "ops" / "accessibility"
MODULES = FOLDER / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
IBM = MODULES / "accessibility-checker-engine" / "ace.js"
HTMLCS = MODULES / "@pa11y" / "html_codesniffer" / "build" / "HTMLCS.js"
VIRTUAL = MODULES / "@guidepup" / "virtual-screen-reader" / "lib" / "esm" / "index.browser.js"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
HERE = Path(__file__).parent
PLAIN = "http://plain.test/"
ON_THE_PAGE = {"axe-core": "axeCore", "IBM": "ibm"}
ON_A_PLAIN_ONE = {"htmlcs": "htmlcs", "screen reader": "heard"}
VALIDATOR = "vnu"
PAPER = "on paper"
PATIENCE = 60_000  # ms: a busy machine is no finding
# On a phone the open panel covers the page around, whose heading and main part are out of reach meanwhile.
COVERED, OF_THE_HOST = "in a corner, open", {"landmark-one-main", "page-has-heading-one"}


@dataclass
class Found:
    """What the engines found: for each engine how many states it saw, and each finding with where it was met."""

    seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    findings: dict[tuple[str, str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, engine: str, state: str, findings: list[dict[str, str]]) -> None:
        """One look of one engine at one state."""
        self.seen[engine] += 1
        for one in findings:
            self.findings[engine, one["rule"], one["where"], one["says"]].append(state)

    def tell(self) -> None:
        """Prints every finding once, then the figures."""
        for (engine, rule, where, says), states in self.findings.items():
            print(f"{engine}: {rule}\n  {where}\n  {says}\n  in {len(states)}: {', '.join(states[:4])}")
        for engine, count in self.seen.items():
            many = sum(len(states) for key, states in self.findings.items() if key[0] == engine)
            print(f"{engine:<14} {count:>4} states {many:>4} findings")


def install() -> bool:
    """Whether the engines are here, fetched by the lock file where they are not."""
    if AXE.exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
    return True


def look(chat: Chat, plain: Page, state: str, label: str, found: Found, folder: Path) -> None:
    """All engines of the browser at one state; its plain document is kept for the validator."""
    chat.page.evaluate(REST)
    _put(chat.page, AXE, IBM, HERE / "engines.js")
    for engine, call in ON_THE_PAGE.items():
        findings = chat.page.evaluate(f"(tags) => engines.{call}(tags)", RULES)
        of_ours = [one for one in findings if state != COVERED or one["rule"] not in OF_THE_HOST]
        found.add(engine, label, of_ours)
    document = chat.page.evaluate((HERE / "flatten.js").read_text(encoding="utf-8"))
    (folder / f"{label.replace(' ', '_').replace(',', '').replace('%', '')}.html").write_text(document["html"])
    _serve(plain, document)
    plain.emulate_media(media="print" if state == PAPER else "screen")
    plain.goto(PLAIN)
    _put(plain, HTMLCS, HERE / "engines.js")
    for engine, call in ON_A_PLAIN_ONE.items():
        found.add(engine, label, plain.evaluate(f"engines.{call}()"))


def _put(page: Page, *scripts: Path) -> None:
    for script in scripts:
        page.evaluate(
            f"{script.read_text(encoding='utf-8')}\n;window.ace ??= typeof ace === 'object' ? ace : undefined; 0"
        )


def _serve(plain: Page, document: dict[str, str]) -> None:
    plain.unroute_all()
    plain.route(PLAIN, lambda route: route.fulfill(body=document["html"], content_type="text/html"))
    plain.route("**/flat.css", lambda route: route.fulfill(body=document["css"], content_type="text/css"))
    plain.route("**/virtual.js", lambda route: route.fulfill(path=VIRTUAL, content_type="text/javascript"))


def validate(folder: Path, found: Found) -> None:
    """The W3C's validator over all plain documents at once."""
    java = shutil.which("java")
    if java is None:
        print("Java is not here: the validator is left out")
        return
    command = [java, "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always", str(folder)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    by_state: dict[str, list[dict[str, str]]] = {path.stem: [] for path in folder.glob("*.html")}
    for one in told["messages"]:
        finding = {"rule": one["type"], "where": one.get("extract", "").strip(), "says": one["message"]}
        by_state[Path(one["url"]).stem].append(finding)
    for state, findings in by_state.items():
        found.add(VALIDATOR, state, findings)


def run(browser: Browser, url: str, size: str, scheme: str, found: Found, folder: Path) -> None:
    """Every state at one size in one colour scheme."""
    context, other = (browser.new_context(**options(size, scheme)) for _ in range(2))
    chat, plain = Chat(context, url), other.new_page()
    chat.page.set_default_timeout(PATIENCE)
    plain.set_default_timeout(PATIENCE)
    for state in walk(chat):
        look(chat, plain, state, f"{size} {scheme} {state}", found, folder)
    context.close()
    other.close()


def main() -> int:
    """Prints what was found; fails where anything was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", choices=[[], *SIZES], help="which sizes; without it all")
    parser.add_argument("--look", choices=LOOKS, action="append", help="which colours; without it both")
    wanted: Any = parser.parse_args()
    if not install():
        print("npm is not here: nothing is checked")
        return 0
    found = Found()
    expect.set_options(timeout=PATIENCE)
    with (
        tempfile.TemporaryDirectory() as kept,
        tempfile.TemporaryDirectory() as folder,
        FakeServer(Path(kept), **PATIENT) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(find()), args=LAUNCH)
        try:
            for size in wanted.sizes or SIZES:
                for scheme in wanted.look or LOOKS:
                    run(browser, server.url, size, scheme, found, Path(folder))
                    print(f"{size}, {scheme}: {sum(map(len, found.findings.values()))} findings so far", flush=True)
        finally:  # what was found is told even if the browser gave up
            browser.close()
            validate(Path(folder), found)
            found.tell()
    return 1 if found.findings else 0


if __name__ == "__main__":
    sys.exit(main())
