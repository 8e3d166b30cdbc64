"""Floor 7: products with Jacobians and Hessians, and these themselves, of functions of tensors."""
