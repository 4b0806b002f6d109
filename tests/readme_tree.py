"""The file tree of the README, one line per module, from the modules' own docstrings.

uv run python tests/readme_tree.py          writes it into the README between its two markers
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cifar_gui"
BEGIN, END = "<!-- tree -->\n```\n", "```\n<!-- end of tree -->"
WIDTH = 24


def tree() -> str:
    """Every module with the first sentence of its docstring, folders before their files."""
    return "".join(_lines(PACKAGE, 0))


def _lines(folder: Path, depth: int) -> list[str]:
    lines = [_line(f"{folder.name}/", folder / "__init__.py", depth)]
    modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    lines += [_line(path.name, path, depth + 1) for path in modules]
    packages = [path for path in sorted(folder.iterdir()) if (path / "__init__.py").exists()]
    for package in packages:
        lines += _lines(package, depth + 1)
    return lines


def _line(name: str, module: Path, depth: int) -> str:
    shown = "  " * depth + name
    return f"{shown:<{WIDTH}}  {_first_sentence(module)}\n"


def _first_sentence(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    line = " ".join(docstring.split("\n\n")[0].split())
    return line.split(". ")[0].rstrip(".").replace("`", "")


def inserted(readme: str) -> str:
    """The README with the tree as it is now."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + tree() + END + after


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(inserted(path.read_text(encoding="utf-8")), encoding="utf-8")
