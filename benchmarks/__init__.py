"""Wengert's benchmarks: eight workloads, each run by the very same code on wengert and on torch."""
