"""The chapter "Multi-threading" of the article."""
