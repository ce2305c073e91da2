"""``conclab completion``: a completion script for a shell, made by shtab from the parser."""

from __future__ import annotations

import argparse

import shtab

from conclab.cli.parser import build
from conclab.lab.catalogue import catalogue
from conclab.model.columns import COLUMNS, SETS


def command(asked: argparse.Namespace) -> int:
    parser = build()
    # The names are filled in here, so that the parser itself need not load them each time.
    names = {
        ("run", "experiment"): [experiment.name for experiment in catalogue()],
        ("monitor", "columns"): [*SETS, *COLUMNS],
        ("monitor", "sort"): list(COLUMNS),
    }
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        for command, below in group.choices.items() if isinstance(group.choices, dict) else ():
            for action in below._actions:
                action.choices = names.get((command, action.dest), action.choices)
    print(shtab.complete(parser, shell=asked.shell))
    return 0
