"""The chapter "Multi-processing" of the article."""
