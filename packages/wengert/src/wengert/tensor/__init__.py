"""Floor 5: tensors and how an operation on them is recorded. It may not know any operation by name."""
