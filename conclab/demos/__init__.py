"""conclab showing itself: demo scripts and their player, recordings and films, and the pictures of the README.

``script`` reads what is written, ``steps`` is what it becomes, ``player`` goes through it on an app (``show`` puts both together),
``stage`` and ``filming`` do so without a terminal, ``film`` makes pictures of what was recorded.
"""
