"""The chapter "Processes and threads" of the article."""
