"""The house's own source, read as trees: what the laws of the house look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pages", "ui", "domain", "db")


@dataclass(frozen=True)
class Source:
    """One file of the house. `name` is its path under the root, `room` the folder it starts with."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        return self.name.partition("/")[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every import, those inside functions too; `from a import b` is `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = "." * node.level + (node.module or "")
                yield from ((node.lineno, f"{start}.{name.name}") for name in node.names)

    def calls(self, under: ast.AST | None = None) -> Iterator[tuple[ast.Call, str]]:
        """Every call under a node, with the dotted name that is called (`st.rerun`)."""
        for node in ast.walk(under or self.tree):
            if isinstance(node, ast.Call):
                yield node, ast.unparse(node.func)


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """The files of some rooms; of the whole house, its front door included, without any."""
    found = [Source(path) for room in rooms or ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    if not rooms and (ROOT / "Home.py").exists():
        found.append(Source(ROOT / "Home.py"))
    return tuple(found)


@cache
def papers() -> tuple[Path, ...]:
    """Every text of the house that people read or run, whatever its kind; what others published and what tests drew is left out."""
    wanted = {".py", ".md", ".toml", ".txt", ".sh", ".yaml", ".yml", ".conf", ".po", ".js", ".css", ".html", ".mako", ""}
    left_out = {"vendor", "var", "node_modules", "__pycache__"}
    return tuple(
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and path.suffix in wanted
        and not left_out & set(path.relative_to(ROOT).parts)
        and (not path.relative_to(ROOT).parts[0].startswith(".") or path.relative_to(ROOT).parts[0] in {".ci", ".streamlit"})
    )
