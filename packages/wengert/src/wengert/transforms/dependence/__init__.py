"""Floor 6: on which elements of its arguments each element of a function's result may depend.

It is forward mode with another kind of tangent: in the place of a number, an element carries the number of the set of
those elements. What moves elements moves these numbers; all else joins sets, by its kind (`rules.py`). Values are
computed as ever and never asked: the answer is the same for all values on which the function takes the same path.
"""

from wengert.transforms.dependence.level import DependenceLevel
from wengert.transforms.dependence.sets import IndexSets

__all__ = ["DependenceLevel", "IndexSets"]
