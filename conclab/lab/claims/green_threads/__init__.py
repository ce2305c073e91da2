"""The chapter "Native and green threads" of the article."""
