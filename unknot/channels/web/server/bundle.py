"""The widget as one script: its modules one after another, without comments and needless space. No JS toolchain.

The modules are written so that this is enough: imports name what they take, nothing is renamed, and no two modules
declare the same name at their top. `bundle` raises where that is not so.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping

ENTRY = "unknot.js"
_IMPORT = re.compile(r'^import\s+(?P<names>[^;]+?)\s+from\s+"(?P<path>\./[^"]+)";\n', re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async |const |class |function|let ))", re.MULTILINE)
_TOP = re.compile(r"^(?:async )?(?:const|let|class|function\*?)\s+([\w$]+)", re.MULTILINE)
# Names that mean something else where nobody declares them.
_GLOBAL = {"open", "close", "history", "print", "stop", "find", "focus", "name", "status", "top", "event", "location"}
_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|(?<![:\w])//[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<template>`(?:[^`\\$]|\\.|\$(?!\{)|\$\{(?:[^`{}]|`[^`]*`|\{[^{}]*\})*\})*`)
    |(?P<regex>(?<=[(,=:\[!&|?{};\s])/(?![/*\s])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*(?=[.,;)\s]))
    |(?P<code>.)""",
    re.VERBOSE | re.DOTALL,
)


class BundleError(ValueError):
    """Modules that cannot be put together."""


def bundle(modules: Mapping[str, str]) -> str:
    """One ES module from `modules` (path to source, as under widget/), `ENTRY` and what it imports.

    Raises BundleError for an import that is not there, a cycle, or a name that two modules declare.
    """
    order = list(_order(modules, ENTRY))
    defaults = {path: name for own in order for name, path in _default_imports(own, modules[own])}
    parts = [squeezed(_joined(modules[path], defaults.get(path, ""))) for path in order]
    _check(order, modules)
    return "\n".join(parts)


def integrity(script: bytes) -> str:
    """The value for a script tag's `integrity`."""
    return "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()


def _order(modules: Mapping[str, str], entry: str) -> Iterator[str]:
    """Each module once, after those that it imports."""
    done: set[str] = set()

    def visit(path: str, way: tuple[str, ...]) -> Iterator[str]:
        if path in way:
            raise BundleError(f"modules import each other: {' '.join([*way, path])}")
        if path in done:
            return
        if path not in modules:
            raise BundleError(f"{way[-1] if way else 'the bundle'} imports {path}, which is not there")
        for match in _IMPORT.finditer(modules[path]):
            yield from visit(_resolved(path, match["path"]), (*way, path))
        done.add(path)
        yield path

    return visit(entry, ())


def _resolved(path: str, other: str) -> str:
    folder = path.rpartition("/")[0]
    return (folder + "/" if folder else "") + other.removeprefix("./")


def _default_imports(path: str, source: str) -> Iterator[tuple[str, str]]:
    for match in _IMPORT.finditer(source):
        if not match["names"].startswith("{"):
            yield match["names"], _resolved(path, match["path"])


def _joined(source: str, default: str) -> str:
    """A module's source without imports and exports; what it exports by default gets the importer's name."""
    source = _IMPORT.sub("", source)
    source = _DEFAULT.sub(f"const {default}=", source)
    return _EXPORT.sub("", source)


def _check(order: list[str], modules: Mapping[str, str]) -> None:
    owner: dict[str, str] = {}
    for path in order:
        for name in _TOP.findall(_EXPORT.sub("", modules[path])):
            if name in owner or name in _GLOBAL:
                raise BundleError(f"{path} declares {name}, as does {owner.get(name, 'the browser')}")
            owner[name] = path


def squeezed(script: str) -> str:
    """A script without comments, indentation and spaces that nothing needs. Statements stay on lines of their own."""
    out: list[str] = []
    code: list[str] = []

    def flush() -> None:
        out.append(_lean("".join(code)))
        code.clear()

    for match in _TOKEN.finditer(script):
        kind = match.lastgroup
        if kind == "code":
            code.append(match[0])
        elif kind != "comment":
            flush()
            out.append(_css(match[0]) if kind == "template" and "{ " in match[0] and "; }" in match[0] else match[0])
    flush()
    return re.sub(r"\n+", "\n", "".join(out)).strip()


_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[ \t]*\n[ \t]*"), "\n"),
    (re.compile(r" *([=,:;{}()<>?&|!*\[\]]) *"), r"\1"),
    # The last statement of a block needs no end; an empty one after a condition would (there is none).
    (re.compile(r";\n\}"), "}"),
    (re.compile(r"([{(\[,])\n"), r"\1"),
)


def _applied(text: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, by in rules:
        text = pattern.sub(by, text)
    return text


def _lean(code: str) -> str:
    return _applied(code, _RULES)


_STYLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*([{};,])\s*"), r"\1"),
    (re.compile(r":\s+(?=[^{}]*[;}])"), ":"),
    (re.compile(r";\}"), "}"),
)


def _css(sheet: str) -> str:
    """A template that holds style rules. Spaces in selectors stay; those around braces and semicolons go."""
    return _applied(sheet, _STYLE)
