"""CuPy kernels, by family; each module's `kernels` maps a name of the protocol to its function."""
