"""``conclab completion``: a completion script for a shell, made by shtab from the parser."""

from __future__ import annotations

import argparse
import re

import shtab

from conclab.cli.parser import build
from conclab.demos.shelf import names as demo_names
from conclab.lab.catalogue import catalogue
from conclab.model.columns import COLUMNS, SETS
from conclab.model.settings import THEMES
from conclab.recording.folder import VARIABLE, runs_folder
from conclab.recording.store import SUFFIX

_RUNS = {"bash": "_conclab_runs", "zsh": "_conclab_runs"}
"""Runs come and go: they are looked up when they are asked for."""
_DEMOS = {"bash": "_conclab_demos", "zsh": "_conclab_demos"}
"""A demo is one of those that are shipped, or a file."""
_LISTED = (
    'for f in "${{{variable}:-{folder}}}"/*{suffix}; do [ -e "$f" ] && f="${{f##*/}}" && printf \'%s\\n\' "${{f%{suffix}}}"; done'
)
_PREAMBLE = {
    "bash": '_conclab_runs() {{\n  compgen -W "last $({listed})" -- "$1"\n  compgen -f -- "$1"\n}}\n'
    '_conclab_demos() {{\n  compgen -W "{demos}" -- "$1"\n  compgen -f -- "$1"\n}}\n',
    "zsh": '_conclab_runs() {{\n  compadd last ${{(f)"$({listed})"}}\n  _files\n}}\n'
    "_conclab_demos() {{\n  compadd {demos}\n  _files -g '*.toml'\n}}\n",
}


def command(asked: argparse.Namespace) -> int:
    parser = build()
    # The names are filled in here, so that the parser itself need not load them each time.
    names = {
        ("run", "experiment"): [experiment.name for experiment in catalogue()],
        ("monitor", "columns"): [*SETS, *COLUMNS],
        ("monitor", "sort"): list(COLUMNS),
        ("record", "theme"): list(THEMES),
    }
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        for command, below in group.choices.items() if isinstance(group.choices, dict) else ():
            for action in below._actions:
                action.choices = names.get((command, action.dest), action.choices)
                if action.dest == "run":
                    vars(action)["complete"] = _RUNS
                elif (command, action.dest) in (("demo", "name"), ("record", "name")):
                    vars(action)["complete"] = _DEMOS
                elif (command, action.dest) in (("export", "output"), ("claims", "reports"), ("record", "output")):
                    vars(action)["complete"] = shtab.FILE
    folder = re.sub(r'([$`"\\])', r"\\\1", str(runs_folder()))
    listed = _LISTED.format(variable=VARIABLE, folder=folder, suffix=SUFFIX)
    print(
        shtab.complete(
            parser, shell=asked.shell, preamble=_PREAMBLE.get(asked.shell, "").format(listed=listed, demos=" ".join(demo_names()))
        )
    )
    return 0
