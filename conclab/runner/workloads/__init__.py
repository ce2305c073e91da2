"""One file a kind of work; the interface is described in ``job``."""
