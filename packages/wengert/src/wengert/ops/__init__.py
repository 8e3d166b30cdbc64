"""Floor 6: the functions and methods that users call, with torch's names and signatures, and the namespace of
Tensors."""
