"""Tests of the benchmarks: that every side computes the same; nothing is timed here."""
