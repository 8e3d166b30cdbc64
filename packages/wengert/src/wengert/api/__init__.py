"""Floor 7: the class Tensor and the autograd interface. The public modules above only name what is here and in
`ops`."""
