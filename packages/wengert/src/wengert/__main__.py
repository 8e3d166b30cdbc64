"""`python -m wengert`: which versions and backends are here, and why one is not.

    python -m wengert [--json]             versions, backends, devices, what plugins have to say
    python -m wengert backends [--json]    the backends alone
"""

from __future__ import annotations

import sys

from wengert.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
