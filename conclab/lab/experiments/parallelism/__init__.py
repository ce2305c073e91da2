"""Several cores at the same time."""
