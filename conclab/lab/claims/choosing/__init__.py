"""The chapter "Which one to use" of the article."""
