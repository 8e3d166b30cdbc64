"""The page on CuPy, in a process of its own: the stand-in takes the place of the module `cupy`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from sessions import examples_of

PAGE = Path(__file__).parents[1] / "backends" / "cupy.md"
ROOT = PAGE.parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from wengert_conformance.standin import install
install()
sys.path.insert(0, sys.argv[1])
from sessions import examples_of, shown
names = {"__name__": "__main__"}
print(json.dumps([[example.lineno, shown(example, names)] for example in examples_of(Path(sys.argv[2]))]))
"""


def test_session() -> None:
    examples = examples_of(PAGE)
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(Path(__file__).parent), str(PAGE)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert len(examples) > 30
    assert json.loads(finished.stdout) == [[example.lineno, example.want] for example in examples]


def test_what_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8")
    sessions = (ROOT / "noxfile.py").read_text("utf-8")
    for name in re.findall(r"nox -s (\w+)", text):
        assert f"def {name}(" in sessions
    (version,) = re.findall(r"real CuPy ([\d.]+)", text)
    known = json.loads((ROOT / "conformance/src/wengert_conformance/standin/names.json").read_text("utf-8"))
    assert known["version"] == version
