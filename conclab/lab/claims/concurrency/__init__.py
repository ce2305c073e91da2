"""The chapter "Concurrency" of the article."""
