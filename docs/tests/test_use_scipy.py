"""The page on SciPy and scikit-learn, in a process of its own: SciPy reads SCIPY_ARRAY_API when it is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sessions import examples_of

PAGE = Path(__file__).parents[1] / "how-to" / "use-scipy-and-scikit-learn.md"
PROGRAM = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sessions import examples_of, shown
names = {"__name__": "__main__"}
print(json.dumps([[example.lineno, shown(example, names)] for example in examples_of(Path(sys.argv[2]))]))
"""


def test_session() -> None:
    examples = examples_of(PAGE)
    command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), str(PAGE)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert len(examples) > 30
    assert json.loads(finished.stdout) == [[example.lineno, example.want] for example in examples]
