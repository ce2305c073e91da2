"""The same in other languages: where a sentence is about Python, and where about computers."""
