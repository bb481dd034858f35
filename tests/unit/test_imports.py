"""Which modules import which."""

import ast
from graphlib import TopologicalSorter

from pipeline.paths import ROOT

PACKAGES = ("pipeline", "serve")


def imports() -> dict[str, set[str]]:
    """The modules of ours that each module of ours imports."""
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        found[module] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                found[module] |= {name for name in names if name in paths and name != module}
    return found


def test_imports_have_no_cycle() -> None:
    assert len(list(TopologicalSorter(imports()).static_order())) > 50


def test_the_pipeline_imports_nothing_of_the_api() -> None:
    assert [
        module
        for module, imported in imports().items()
        if module.startswith("pipeline") and any(name.startswith("serve") for name in imported)
    ] == []
