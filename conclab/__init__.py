"""conclab: a laboratory for concurrency, in a terminal.

How the house is laid out (imports go one way, from the bottom of this list to its top):

``model``
    What there is: frozen dataclasses and pure functions. No I/O, no clock, no Textual.
``settings``
    The files of a user's choices: reading them, and writing them back.
``sampling``
    The machine, read into the model: psutil, /proc, and a scripted source for tests and pictures.
``lab``
    Experiments become runs: the catalogue, launching, the event stream, verdicts. It never sees ``sampling``.
``recording``
    Joins the two: a live session, a scripted one, one that is replayed; runs, recordings of the monitor and of the terminal as
    files; exports and reports.
``tui``
    Screens over all of that.
``demos``
    Scripts that drive the screens: played in the terminal, filmed, and the pictures in the README.
``web``
    The way from a browser to the screens: who gets in, and a session for each.
``cli``
    The commands, over everything above.
``programs``
    The same work in other languages: sources that are compiled on demand, and speak the wire.
``runner``
    A foreign country: a folder that the target interpreter executes by path. Standard library only.

``tests/test_architecture.py`` holds these rules as code.
"""

__version__ = "0.1.0"
