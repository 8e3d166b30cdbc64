"""What tests of the core, and of code built on it, may use."""
