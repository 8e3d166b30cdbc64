"""Floor 7: what `wengert.nn` names: parameters, modules and layers."""
