"""One file an executor. Each has ``missing(name)``: why it is not possible here, or None; ``tools(name)``: what workers share
things with; and ``run(wire, job, state)``: make the workers, let them live, join them, return all results."""
