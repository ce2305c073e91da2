"""Shared state, and what it takes to keep it right."""
