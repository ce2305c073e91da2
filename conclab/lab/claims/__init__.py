"""The claims of the article: a folder a chapter, a file a claim."""
