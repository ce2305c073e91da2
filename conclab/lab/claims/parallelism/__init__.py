"""The chapter "Parallelism" of the article."""
