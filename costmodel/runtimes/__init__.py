"""What a runtime makes of a graph: rule sets as data, one file each, and the kernels by them."""
