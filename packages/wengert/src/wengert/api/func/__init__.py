"""Floor 7: transforms of functions: vmap, grad, vjp, jvp and what is made of them."""
