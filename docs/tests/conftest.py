"""The tests of the pages share `sessions.py`, which lies beside them: their folder is put on the import path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
