"""Floor 6: interpreters of operations. A tensor inside a transform has a space of the transform's own, which leaves the
fast path and sends operations here; plain tensors never notice."""
