"""What processes and threads are, share and cost."""
