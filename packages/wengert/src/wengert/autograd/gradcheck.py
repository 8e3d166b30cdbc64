"""Gradients checked against finite differences, with torch's names."""

from wengert.api.gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]
