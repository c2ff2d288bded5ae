"""The rules that keep the house one-directional, read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from unknot.settings import ROOT

# Which rooms of `unknot/` (and `actions/`, which Rasa wants at the top) each may use, itself aside; README's map says
# the same. `settings` is the only reader of the environment.
MAY_IMPORT: dict[str, set[str]] = {
    "settings": set(),
    "knowledge": set(),
    "encoder": set(),
    "observability": {"settings"},
    "triage": {"knowledge"},
    "handover": {"triage", "knowledge"},
    "reading": {"knowledge"},
    "conversations": {"triage", "observability", "settings"},
    "rasa_patches": {"observability", "settings"},
    "nlu": {
        "encoder",
        "reading",
        "triage",
        "knowledge",
        "conversations",
        "rasa_patches",
        "observability",
        "settings",
    },
    "actions": {"triage", "knowledge", "settings"},
    "channels": {"handover", "knowledge", "reading", "conversations", "observability", "settings"},
    "launch": {"channels", "conversations", "rasa_patches", "observability", "knowledge", "settings"},
}
# Frameworks that only some rooms may know.
FRAMEWORKS: dict[str, set[str]] = {
    "rasa": {"nlu", "channels", "conversations", "rasa_patches", "observability", "launch"},
    "rasa_sdk": {"actions", "launch"},
    "sanic": {"channels", "launch"},
    "slack_sdk": {"channels"},
    "spacy": {"reading", "nlu"},
    "py3langid": {"reading"},
    "medspacy": set(),  # only measured against
    "onnxruntime": {"encoder"},
    "tokenizers": {"encoder"},
    "sklearn": set(),  # a second of every start, 50 MB: unknot/rasa_patches/lazy_imports.py
    "numpy": {"encoder", "nlu"},
    "yaml": {"knowledge", "reading", "channels", "launch"},  # the knowledge with its lexicons; endpoints
    "sqlalchemy": {"channels", "conversations"},
    "redis": {"channels", "conversations"},
    "prometheus_client": {"observability"},
    "typst": {"handover"},
    "fhir": {"handover"},
    "segno": {"handover"},
}
# What a pure layer may not do: no clock, no chance, no files, no network, no threads.
IMPURE = {"asyncio", "datetime", "http", "io", "os", "pathlib", "random", "requests", "secrets", "socket", "sqlite3"}
IMPURE |= {"subprocess", "threading", "time", "urllib", "uuid"}

MOST_LINES = 400
MOST_LINES_OF_A_TEST = 500
MOST_LETTERS = 60  # of a piece of text in code that is not for developers
SPEAKING = ("triage", "actions", "channels", "nlu")
WIDGET = "unknot/channels/web/widget/"


@cache
def tracked() -> tuple[Path, ...]:
    """Files under version control or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    return tuple(path for name in listed if (path := ROOT / name).is_file())


def package_of(path: Path) -> str:
    """The room a file stands in: a folder or module of `unknot/`, else the folder at the top."""
    parts = path.relative_to(ROOT).parts
    return parts[1 if parts[0] == "unknot" and len(parts) > 1 else 0].removesuffix(".py")


def widget(*suffixes: str) -> list[Path]:
    return [
        path for path in tracked() if path.relative_to(ROOT).as_posix().startswith(WIDGET) and path.suffix in suffixes
    ]


def sources(*packages: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and package_of(path) in packages]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Rooms and packages that are imported, with their lines; relative imports stay inside the room."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((_room(alias.name), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "unknot":
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield _room(node.module or ""), node.lineno


def _room(module: str) -> str:
    first, _, rest = module.partition(".")
    return rest.split(".")[0] if first == "unknot" and rest else first


def broken_rule(package: str, module: str) -> str | None:
    """Why `package` may not import `module`, else None."""
    if module in MAY_IMPORT and module != package and module not in MAY_IMPORT[package]:
        return f"{package} may not import {module}"
    if module in {"scripts", "tests", "evaluation", "benchmarks"}:
        return f"{package} may not import {module}: it is no part of the product"
    if package not in FRAMEWORKS.get(module, {package}):
        return f"{package} may not know {module}"
    if package == "triage" and module in IMPURE:
        return f"triage is pure: no {module}"
    return None


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_downwards(package: str) -> None:
    found = sources(package)
    broken = [
        f"{path.relative_to(ROOT)}:{line}: {reason}"
        for path in found
        for module, line in imports(parsed(path))
        if (reason := broken_rule(package, module))
    ]
    assert found, f"{package} is gone: change the table above"
    assert broken == []


@pytest.mark.parametrize(
    ("package", "module", "allowed"),
    [
        ("triage", "knowledge", True),
        ("triage", "reading", False),
        ("triage", "yaml", False),
        ("triage", "time", False),
        ("reading", "triage", False),
        ("reading", "rasa", False),
        ("knowledge", "settings", False),
        ("actions", "rasa", False),
        ("actions", "reading", False),
        ("channels", "triage", False),
        ("nlu", "actions", False),
        ("nlu", "numpy", True),
        ("encoder", "rasa", False),
        ("channels", "tests", False),
    ],
)
def test_the_rule_itself(package: str, module: str, allowed: bool) -> None:
    assert (broken_rule(package, module) is None) == allowed


def reads_environment(tree: ast.AST) -> list[int]:
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "putenv"):
            lines.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            lines += [node.lineno for alias in node.names if alias.name in ("environ", "getenv")]
    return lines


def test_the_environment_is_read_in_settings_alone() -> None:
    packages = set(MAY_IMPORT) - {"settings", "launch"}  # the launcher hands its own on to what it starts
    found = [
        f"{path.relative_to(ROOT)}:{line}" for path in sources(*packages) for line in reads_environment(parsed(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code", ["import os; os.environ['X']", "import os; os.getenv('X')", "from os import environ"]
)
def test_reading_the_environment_is_noticed(code: str) -> None:
    assert reads_environment(ast.parse(code))


# --- words --------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Za-z']{2,}")
_FOR_DEVELOPERS = re.compile(r"^(log|logger|logging|warnings?|_?log(ger)?)$")


def _excused(tree: ast.Module) -> set[int]:
    """Ids of the string nodes that speak to developers: docstrings, messages of exceptions, log and assert lines."""
    excused: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            excused.append(node.value)
        elif isinstance(node, ast.Raise | ast.Assert) or _speaks_to_developers(node):
            excused.append(node)
    return {id(inner) for outer in excused for inner in ast.walk(outer)}


def _speaks_to_developers(call: ast.AST) -> bool:
    if not isinstance(call, ast.Call):
        return False
    function = call.func
    if isinstance(function, ast.Name):
        return function.id.endswith(("Error", "Exception", "warn"))
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return function.attr.endswith(("Error", "Exception")) or bool(_FOR_DEVELOPERS.match(name))


def sentences(tree: ast.Module) -> list[tuple[int, str]]:
    """Texts in code that read like something said to a person: long, several words, not for developers."""
    excused = _excused(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in excused:
            continue
        prose = " " in node.value and len(_WORDS.findall(node.value)) >= 8 and not _is_code(node.value)
        if len(node.value) > MOST_LETTERS and prose:
            found.append((node.lineno, node.value))
    return found


def _is_code(text: str) -> bool:
    """SQL, style sheets, content security policies and regular expressions are long, and nobody reads them aloud."""
    known = re.match(
        r"\s*(SELECT|INSERT|DELETE|UPDATE|CREATE|ALTER|PRAGMA)\b|.*-src '|.*\{\s*\n?[^{}]*:[^{}]*;", text, re.DOTALL
    )
    return bool(known) or len(re.findall(r"[\\|()\[\]{}^$*+?<>=]", text)) > len(text) / 12


# These speak of the program itself, which is not clinical: how it is installed, called, and what it cannot do.
ABOUT_THE_PROGRAM = {
    "unknot/channels/slack/__main__.py": "told to whoever sets up the Slack app",
    "unknot/channels/slack/api.py": "what Slack's error codes mean, for whoever sets up the Slack app",
    "unknot/channels/web/server/guard.py": "refusals of the API",
    "unknot/channels/terminal/cli.py": "how to call the client",
    "unknot/channels/terminal/render.py": "how to answer with numbers",
    "unknot/channels/terminal/talk.py": "the client's own commands",
}
CLINICAL = re.compile(
    r"\b(pains?|spasms?|doctors?|nurses?|pharmacist|emergency|ambulance|911|999|heat|ice|ibuprofen|acetaminophen"
    r"|paracetamol|naproxen|symptoms?|medicines?|bladder|bowel|chest|numb(?:ness)?|weakness|stretch(?:es|ing)?|massage)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("package", SPEAKING)
def test_no_sentence_for_people_in_code(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:70]!r}"
        for path in sources(package)
        for line, text in sentences(parsed(path))
        if str(path.relative_to(ROOT)) not in ABOUT_THE_PROGRAM or CLINICAL.search(text)
    ]
    assert found == [], "wording lives in unknot/knowledge/*.yml"


def test_the_exceptions_are_still_needed() -> None:
    assert [name for name in ABOUT_THE_PROGRAM if not sentences(parsed(ROOT / name))] == []


def javascript_texts(code: str) -> list[str]:
    """The string and template literals of a script."""
    token = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL)
    return [text[1:-1] for text in token.findall(code) if text[0] in "\"'`"]


def test_literals_of_javascript_are_found() -> None:
    code = """// don't\nlet a = "it's"; /* "no" */ b = 'x\\'y' + `t ${a} "q"`;"""
    assert javascript_texts(code) == ["it's", "x\\'y", 't ${a} "q"']


def test_no_clinical_sentence_in_javascript() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text[:70]!r}"
        for path in widget(".js")
        for text in javascript_texts(path.read_text(encoding="utf-8"))
        if len(text) > MOST_LETTERS and not _is_code(text) and CLINICAL.search(text)
    ]
    assert found == [], "wording lives in unknot/knowledge/*.yml"


def test_a_sentence_is_noticed_and_a_log_line_is_not() -> None:
    words = "Lie on your back with your knees up and put heat on it for 20 minutes."
    assert sentences(ast.parse(f"reply = {words!r}"))
    assert sentences(ast.parse(f"dispatcher.utter_message(text={words!r})"))
    assert not sentences(ast.parse(f"logger.warning({words!r})"))
    assert not sentences(ast.parse(f"raise ValueError({words!r})"))
    assert not sentences(ast.parse(f"def f():\n    {words!r}"))


# --- files --------------------------------------------------------------------------------------------------------


def test_no_file_of_code_is_too_long() -> None:
    kinds = {".py", ".js", ".css", ".html"}
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix in kinds
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (MOST_LINES_OF_A_TEST if package_of(path) == "tests" else MOST_LINES)
    }
    assert long == {}


def test_the_widget_never_makes_html_from_text() -> None:
    forbidden = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function\()")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in widget(".js", ".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line) and not line.lstrip().startswith(("//", "*"))
    ]
    assert found == []


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//[^\n]*$|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)


def test_only_comments_are_taken_out() -> None:
    assert _without_comments("// one\na /* two */ b\n// three\nfetch('x')").split() == ["a", "b", "fetch('x')"]


def test_nothing_that_is_served_calls_another_host() -> None:
    outside = re.compile(
        r"(src|href|action)=[\"']?https?:|url\(['\"]?https?:|(fetch|import)\(\s*[\"'`]https?:|from ['\"]https?:"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in widget(".js", ".html", ".css")
        if outside.search(_without_comments(path.read_text(encoding="utf-8")))
    ]
    assert found == []


# --- Rasa's names -------------------------------------------------------------------------------------------------


def action_names() -> list[str]:
    """What every `name` method of a class in actions/ returns."""
    names = []
    for path in sources("actions"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef) and node.name == "name":
                names += [
                    inner.value.value
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Return)
                    and isinstance(inner.value, ast.Constant)
                    and isinstance(inner.value.value, str)
                ]
    return names


def test_action_names_are_unique() -> None:
    """Of two actions with one name the action server silently keeps the last."""
    names = action_names()
    assert sorted(names) == sorted(set(names))


def test_the_domain_lists_exactly_the_actions_there_are() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert sorted(domain.get("actions", [])) == sorted(action_names())


def test_no_form_and_no_slot_validation_action() -> None:
    """A form's happy path outranks the emergency rule; a hung validation action loses the turn."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert not domain.get("forms")
    assert "action_validate_slot_mappings" not in domain.get("actions", [])
    assert "action_session_start" not in domain.get("actions", [])


@pytest.mark.parametrize(
    "name", ["credentials.yml", "credentials_rest.yml", "endpoints.yml", "domain.yml", "config.yml"]
)
def test_a_fresh_clone_runs_without_any_variable(name: str) -> None:
    """Rasa refuses to read a file that names an unset variable, even for `rasa shell`."""
    assert "${" not in (ROOT / name).read_text(encoding="utf-8")
