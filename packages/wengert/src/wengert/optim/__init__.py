"""Optimisers, with torch's names."""

from wengert.api.optim.descent import SGD, Adagrad, Adam, AdamW, RMSprop
from wengert.api.optim.lbfgs import LBFGS
from wengert.api.optim.optimizer import Optimizer
from wengert.optim import lr_scheduler

__all__ = ["LBFGS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
