"""Floor 1: the four kinds of operation and what a declaration may say. Pure: no tensor, no graph, no backend."""
