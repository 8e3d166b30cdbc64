"""The examples are scripts beside each other: their folder is put on the import path, as running one of them does,
and so is that of the tests, which share `leaks.py`."""

import sys
from pathlib import Path

for folder in (Path(__file__).resolve().parent.parent, Path(__file__).resolve().parent):
    sys.path.insert(0, str(folder))
