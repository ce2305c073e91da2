"""The work of the lab in other languages: a folder each, compiled on demand (``lab/programs.py``). Nothing here is Python.

Each program takes a spec as words (``name=value``), speaks the event wire (``runner/wire.py``) and has the same work under the same
names as ``runner/workloads``: ``runner/registry.LANGUAGES`` says which.
"""
