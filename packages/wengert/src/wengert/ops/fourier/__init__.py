"""Floor 6: Fourier transforms, windows, and short-time transforms; imported at their first use."""
