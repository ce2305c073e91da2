"""Thin widgets over the renderables."""
