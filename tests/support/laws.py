"""The laws of the house, each a function from a tree of files to its offences."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PROGRAM_ROOMS = ("environments", "components", "workloads", "stacks", "policies")
ROOMS = (*PROGRAM_ROOMS, "sandbox", "benchmarks", "tests")
MAY_IMPORT = {
    "environments": {"environments"},
    "components": {"components"},
    "workloads": {"workloads"},
    "stacks": {"stacks", "environments", "components", "workloads"},
    "policies": {"policies"},
    "sandbox": {"sandbox", "environments"},
    "benchmarks": {"benchmarks", "sandbox", "environments", "stacks", "policies"},
}
FOREIGN = {
    "environments": {"pydantic", "pydantic_core", "yaml"},
    "components": {"pulumi", "pulumi_kubernetes", "pulumi_aws"},
    "workloads": {"pulumi", "pulumi_kubernetes", "pulumi_aws"},
    "stacks": {"pulumi", "pulumi_kubernetes", "pulumi_aws", "yaml"},
    "policies": {
        "cryptography",
        "google",
        "grpc",
        "jinja2",
        "pulumi",
        "pulumi_policy",
        "pydantic",
        "yaml",
    },
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "lib", "libs", "manager", "managers"}
LONGEST_MAIN = 20
# A path of one machine: somebody's home, or the folder of one checkout.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:root|home|Users|work|mnt|workspace)/[\w.~-][^\s'\"`)]*")
# Inside an image being built, root's home is not this machine's.
SAMPLES = PurePosixPath("tests/test_architecture.py")
"""Where the trees are that break these laws on purpose."""

INSIDE_IMAGES = "/root/.cache/uv"
ADDRESS_IN_LOCK = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://|git\+")
NOQA = re.compile(r"#\s*noqa\b(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \S)")
PROTECTION = re.compile(
    r"encrypt|tls|ssl|https|deny|sign|verif|secure|versioning|authent|polic|harden|privileg",
    re.IGNORECASE,
)
ESCAPE = re.compile(r"^(insecure|skip_|disable|no_|without_|allow_(all|plain|any|insecure|http))")
# What a machine does by itself is a fact about it, not a choice about the environment.
FACTS = {("environments/region.py", "encrypts")}
# What these mean elsewhere: the Go tool chain that is installed here.
OTHER_MEANINGS = ("GOTOOLCHAIN",)
OFF = {"off", "none", "disabled", "plain", "plaintext", "http", "insecure", "false"}


@dataclass(frozen=True)
class Tree:
    """The files of a repository."""

    root: Path

    def files(self) -> list[PurePosixPath]:
        """Everything committed, or about to be."""
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                cwd=self.root,
                check=True,
                capture_output=True,
                text=True,
            ).stdout.splitlines()
            return [PurePosixPath(path) for path in listed if (self.root / path).is_file()]
        return [
            PurePosixPath(path.relative_to(self.root).as_posix())
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        ]

    def python(self, *rooms: str) -> Iterator[tuple[PurePosixPath, ast.Module]]:
        """The Python files of some rooms, or of all."""
        for path in self.files():
            if path.suffix == ".py" and (not rooms or path.parts[0] in rooms):
                yield path, ast.parse(self.text(path), str(path))

    def text(self, path: PurePosixPath) -> str:
        """A file's text; what is no text is empty."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return ""

    def environments(self) -> set[str]:
        """Names of the environments."""
        return {
            path.parts[1]
            for path in self.files()
            if path.parts[0] == "environments" and path.name == "environment.yaml"
        }


Law = Callable[[Tree], Iterator[str]]


def is_app(path: PurePosixPath) -> bool:
    """Whether a file is code that runs in a container."""
    return path.parts[0] in {"components", "workloads"} and "app" in path.parts[1:-1]


def imported(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, by line; a relative import begins with a dot."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield node.lineno, dots + (node.module or "")
            for alias in node.names:
                yield node.lineno, f"{dots}{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            first = node.args[0]
            if called.endswith(("import_module", "__import__")) and isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def top(name: str) -> str:
    return name.partition(".")[0]


def docstrings(module: ast.Module) -> set[int]:
    """Ids of the constants that are documentation."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    found.add(id(statement.value))
    return found


def imports_form_a_star(tree: Tree) -> Iterator[str]:
    for path, module in tree.python(*MAY_IMPORT):
        if is_app(path):
            continue
        for line, name in imported(module):
            if name.startswith("."):
                yield f"{path}:{line}: imports {name} relatively"
            elif top(name) in ROOMS and top(name) not in MAY_IMPORT[path.parts[0]]:
                yield f"{path}:{line}: {path.parts[0]} imports {name}"


def rooms_use_their_own_libraries(tree: Tree) -> Iterator[str]:
    for path, module in tree.python(*FOREIGN):
        if is_app(path):
            continue
        for line, name in imported(module):
            known = {*sys.stdlib_module_names, *ROOMS, *FOREIGN[path.parts[0]], ""}
            if top(name) not in known:
                yield f"{path}:{line}: {path.parts[0]} imports the library {top(name)}"


def app_is_apart(tree: Tree) -> Iterator[str]:
    for path, module in tree.python():
        for line, name in imported(module):
            if is_app(path):
                if top(name) in {"pulumi", *ROOMS} or top(name).startswith("pulumi_"):
                    yield f"{path}:{line}: code of a container imports {name}"
            elif path.parts[0] not in {"tests", "benchmarks"} and (
                top(name) == "app" or (".app." in f"{name}." and top(name) in ROOMS)
            ):
                yield f"{path}:{line}: imports {name}, code of a container"


def configuration_is_read_in_stacks(tree: Tree) -> Iterator[str]:
    for path, module in tree.python():
        if path.parts[0] in {"stacks", "tests"}:
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "pulumi.Config":
                yield f"{path}:{node.lineno}: uses pulumi.Config"
        for line, name in imported(module):
            if name in {"pulumi.Config", "pulumi.config"} or name.startswith("pulumi.config."):
                yield f"{path}:{line}: imports {name}"


def one_policy_pack(tree: Tree) -> Iterator[str]:
    for path, module in tree.python():
        if str(path) == "policies/__main__.py" or path.parts[0] == "tests":
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("PolicyPack"):
                yield f"{path}:{node.lineno}: constructs a PolicyPack"


def components_register_outputs_last(tree: Tree) -> Iterator[str]:
    for path, module in tree.python("components", "workloads", "stacks"):
        for node in ast.walk(module):
            if not isinstance(node, ast.ClassDef) or not any(
                ast.unparse(base).endswith("ComponentResource") for base in node.bases
            ):
                continue
            made = [s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
            last = ast.unparse(made[0].body[-1]) if made else ""
            calls = sum(
                isinstance(inner, ast.Attribute) and inner.attr == "register_outputs"
                for inner in ast.walk(node)
            )
            if not last.startswith("self.register_outputs(") or calls != 1:
                yield f"{path}:{node.lineno}: {node.name} does not register its outputs last, once"


def no_environment_is_named_in_code(tree: Tree) -> Iterator[str]:
    names = tree.environments()
    for path, module in tree.python():
        if path.parts[0] == "tests":
            continue
        prose = docstrings(module)
        lines = tree.text(path).splitlines()
        for node in ast.walk(module):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if any(word in lines[node.lineno - 1] for word in OTHER_MEANINGS):
                continue
            words = set(re.findall(r"[\w.-]+", node.value)) if id(node) not in prose else set()
            for name in names:
                # A name of one plain word may be a word; one with a hyphen never is.
                said = {name, f"Pulumi.{name}.yaml"} & words
                if node.value == name or (said and "-" in name) or f"ments/{name}" in node.value:
                    yield f"{path}:{node.lineno}: names the environment {name}"


def no_standard_name_is_shadowed(tree: Tree) -> Iterator[str]:
    for path, _ in tree.python("stacks", "policies"):
        for part in (*path.parts[1:-1], path.stem):
            if part in sys.stdlib_module_names:
                yield f"{path}: bears the name of the standard module {part}"


def names_say_what_is_inside(tree: Tree) -> Iterator[str]:
    for path in tree.files():
        if path.parts[0] not in ROOMS:
            continue
        for part in (*path.parts[:-1], path.name.partition(".")[0]):
            if part in VAGUE:
                yield f"{path}: {part} says nothing"
        if path.suffix == ".py" and not re.fullmatch(r"_{0,2}[a-z][a-z0-9_]*", path.stem):
            yield f"{path}: is not in snake_case"


def components_are_called_by_their_noun(tree: Tree) -> Iterator[str]:
    for path, module in tree.python("components", "workloads"):
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Component", "Manager")):
                yield f"{path}:{node.lineno}: {node.name} has a suffix that says nothing"


def every_test_runs(tree: Tree) -> Iterator[str]:
    for path, module in tree.python("tests"):
        holds = any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and node.name.startswith(("test_", "Test"))
            and not (isinstance(node, ast.ClassDef) and not node.name.startswith("Test"))
            for node in module.body
        )
        if holds and not path.name.startswith("test_"):
            yield f"{path}: holds tests that nobody collects"


def every_ignore_has_a_reason(tree: Tree) -> Iterator[str]:
    for path, _ in tree.python():
        for token in tokenize.generate_tokens(io.StringIO(tree.text(path)).readline):
            if token.type == tokenize.COMMENT and NOQA.search(token.string):
                yield f"{path}:{token.start[0]}: {token.string} gives no code or no reason"
    settings = PurePosixPath("pyproject.toml")
    if settings in tree.files():
        yield from _ignores_in_settings(tree.text(settings))


def _ignores_in_settings(text: str) -> Iterator[str]:
    lint = tomllib.loads(text).get("tool", {}).get("ruff", {}).get("lint", {})
    codes = [*lint.get("ignore", [])]
    codes += [code for listed in lint.get("per-file-ignores", {}).values() for code in listed]
    for code in codes:
        if not re.search(rf'^\s*"{code}",\s*#\s*\S', text, re.MULTILINE):
            yield f"pyproject.toml: {code} is ignored without a reason on its line"


def nothing_names_one_machine(tree: Tree) -> Iterator[str]:
    for path in tree.files():
        if path == SAMPLES:
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for found in MACHINE_PATH.findall(line):
                if not found.startswith(INSIDE_IMAGES):
                    yield f"{path}:{number}: names a path of one machine, {found}"


def locks_hold_no_address(tree: Tree) -> Iterator[str]:
    for path in tree.files():
        is_lock = path.parts[0] == "locks" or path.name.startswith("requirements")
        if not is_lock or path.suffix != ".txt":
            continue
        text = tree.text(path)
        if found := ADDRESS_IN_LOCK.search(text):
            yield f"{path}: holds the address of a registry, {found[0]}"
        pinned = re.findall(r"^[A-Za-z0-9][^\s;#\\]*", text, re.MULTILINE)
        if any("==" not in name for name in pinned) or text.count("--hash=") < len(pinned):
            yield f"{path}: does not fix every package by version and hash"


def nothing_turns_protection_off(tree: Tree) -> Iterator[str]:
    for path, module in tree.python("environments", "components", "workloads"):
        if is_app(path):
            continue
        for holder in ast.walk(module):
            if not isinstance(holder, ast.ClassDef):
                continue
            for field in holder.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    name, kind = field.target.id, ast.unparse(field.annotation)
                    literals = {word.lower() for word in re.findall(r"'(\w+)'", kind)}
                    if (str(path), name) in FACTS:
                        continue
                    switch = re.search(r"\bbool\b", kind) or literals & OFF
                    if ESCAPE.search(name) or (PROTECTION.search(name) and switch):
                        yield f"{path}:{field.lineno}: {holder.name}.{name} can turn protection off"


def every_rule_has_fixtures(tree: Tree) -> Iterator[str]:
    held = {str(path) for path in tree.files()}
    for path, module in tree.python("policies"):
        is_rule = any(
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "policy"
            for node in module.body
        )
        if is_rule:
            identity = "-".join(path.with_suffix("").parts[1:]).replace("_", "-")
            for kind in ("good", "bad"):
                if f"tests/policies/fixtures/{identity}/{kind}.yaml" not in held:
                    yield f"{path}: the rule {identity} has no {kind} fixture"


def the_program_is_a_table_of_contents(tree: Tree) -> Iterator[str]:
    for path, _ in tree.python("stacks"):
        length = len(tree.text(path).splitlines())
        if path.name == "__main__.py" and length > LONGEST_MAIN:
            yield f"{path}: {length} lines, more than {LONGEST_MAIN}"


def an_environments_folder_bears_its_name(tree: Tree) -> Iterator[str]:
    for name in tree.environments():
        path = PurePosixPath(f"environments/{name}/environment.yaml")
        if not re.search(rf"^name: {re.escape(name)}\s*$", tree.text(path), re.MULTILINE):
            yield f"{path}: the environment is not called {name}"
