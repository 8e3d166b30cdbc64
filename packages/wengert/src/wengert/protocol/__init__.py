"""Floor 0: what an array, a namespace of kernels, a dtype, a device and a backend are.

This floor may not know tensors, graphs, rules or any array library.
"""
