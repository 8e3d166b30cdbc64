"""The suite runs where torch cannot be imported: every result that it compares with is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

WITHOUT_TORCH = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoTorch())
"""


def suite(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """The suite's tests of one operation and of the engine in an interpreter that has no torch."""
    Path(pytester.path, "without_torch.py").write_text(WITHOUT_TORCH, encoding="utf-8")
    pytester.syspathinsert()
    return pytester.runpytest_subprocess(
        *("-p", "without_torch", "-p", "no:cacheprovider", "--pyargs", "wengert_conformance"),
        *("--wengert-backend=numpy", "-k", "mul-float64 or matmul or engine", *options),
    )


def test_stored_results_stand_in_for_torch(pytester: pytest.Pytester) -> None:
    result = suite(pytester)
    counts = result.parseoutcomes()
    assert result.ret == 0
    assert counts["passed"] > 60
    assert set(counts) <= {"passed", "deselected"}


def test_a_live_comparison_needs_torch(pytester: pytest.Pytester) -> None:
    result = suite(pytester, "--wengert-live")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*--wengert-live needs torch: pip install 'wengert-conformance[[]torch]'*"])
