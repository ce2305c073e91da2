"""Scripts that drive the screens on the scripted feed: what the pictures in the README are made from."""
