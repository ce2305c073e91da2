"""The chapter "Programs" of the article."""
