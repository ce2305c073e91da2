"""One screen a place. A screen draws the session's states and turns keys into orders; it holds no truth of its own."""
