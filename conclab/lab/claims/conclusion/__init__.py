"""The chapter "In the end" of the article."""
