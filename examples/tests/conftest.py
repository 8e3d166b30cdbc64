"""The examples are scripts beside each other: their folder is put on the import path, as running one of them does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
