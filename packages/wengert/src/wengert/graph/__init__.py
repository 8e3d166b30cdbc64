"""Floor 4: the tape. It knows nodes and the values they keep, never the class Tensor; what it needs of tensors is
passed in."""
