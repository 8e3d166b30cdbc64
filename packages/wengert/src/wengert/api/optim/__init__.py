"""Floor 7: what `wengert.optim` names: optimisers and schedulers of the learning rate."""
