"""The machine, read into the model: psutil, /proc, and a scripted source for tests, demos and pictures. Never sees ``lab``."""
