"""The chapter "CPU and cores" of the article."""
