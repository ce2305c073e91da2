"""``conclab completion``: a completion script for a shell, made by shtab from the parser."""

from __future__ import annotations

import argparse

import shtab

from conclab.cli.parser import build
from conclab.lab.catalogue import catalogue


def command(asked: argparse.Namespace) -> int:
    parser = build()
    # The names are filled in here, so that the parser itself need not load the catalogue each time.
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        choices = group.choices
        if isinstance(choices, dict):
            for action in choices["run"]._actions:
                if action.dest == "experiment":
                    action.choices = [experiment.name for experiment in catalogue()]
    print(shtab.complete(parser, shell=asked.shell))
    return 0
