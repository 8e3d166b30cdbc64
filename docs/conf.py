"""How Sphinx builds the documentation."""

import tomllib
from pathlib import Path

_project = tomllib.loads((Path(__file__).parent.parent / "packages/wengert/pyproject.toml").read_text(encoding="utf-8"))

project = "Wengert"
author = "The Wengert developers"
copyright = "2026, The Wengert developers"
release = _project["project"]["version"]

extensions = ["myst_parser"]
exclude_patterns = ["_build", "tests"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_title = "Wengert"
html_show_sourcelink = False
