"""What there is: frozen dataclasses and pure functions. No I/O, no clock, no Textual."""
