"""Neural network functions, with torch's names."""
