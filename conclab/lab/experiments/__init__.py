"""One folder a chapter, one file an experiment. A file declares one ``EXPERIMENT``; nothing else needs to know of it."""
