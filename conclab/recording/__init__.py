"""Where sampling and lab meet: a run as it happens, a scripted one, and a run as a document."""
