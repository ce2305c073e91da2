"""Who gets a core or the GIL, when, and what taking turns costs."""
