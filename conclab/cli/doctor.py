"""``conclab doctor``: what this machine can show and what not, and how to get the rest."""

from __future__ import annotations

import argparse

from conclab.cli.output import paint, print_json
from conclab.lab.interpreters import discover
from conclab.lab.toolchains import survey
from conclab.model.text import harmless
from conclab.sampling.capabilities import explore
from conclab.sampling.machine import read_facts
from conclab.settings.file import load, path


def _settings() -> tuple[str, tuple[str, ...]]:
    """Where the settings lie, and what of them cannot be used."""
    file = path()
    settings, problems = load(file)
    if settings.keys:
        from conclab.tui.keymap import every_binding, sift  # only those who have chosen keys wait for the screens to be loaded

        problems += sift(settings.keys, every_binding())[1]
    there = "" if file.exists() else " (not there: the defaults are used)"
    return f"{harmless(str(file))}{there}", problems


def command(asked: argparse.Namespace) -> int:
    machine = read_facts()
    capabilities = explore(machine)
    pythons = discover()
    languages = survey()
    settings_file, problems = _settings()
    if asked.json:
        print_json(
            {
                "schema": 1,
                "machine": {
                    "system": machine.system,
                    "kernel": machine.kernel,
                    "cores": machine.cores,
                    "usable_cores": machine.usable_cores,
                    "affinity": list(machine.affinity) or None,
                    "quota_cores": machine.quota_cores,
                    "memory_bytes": machine.memory_bytes,
                },
                "capabilities": [
                    {"name": one.name, "available": one.available, "found": one.found, "remedy": one.remedy or None}
                    for one in capabilities
                ],
                "pythons": [
                    {
                        "label": python.label,
                        "path": python.path,
                        "implementation": python.implementation,
                        "version": python.version,
                        "free_threaded": python.free_threaded,
                    }
                    for python in pythons
                ],
                "languages": [
                    {
                        "name": one.language,
                        "path": one.toolchain.command if one.toolchain else None,
                        "version": one.toolchain.version if one.toolchain else None,
                        "remedy": one.lack or None,
                    }
                    for one in languages
                ],
                "settings": {"file": harmless(str(path())), "problems": list(problems)},
            }
        )
        return 0
    print(paint(f"{machine.system} {machine.kernel}", "bold"))
    width = max(len(one.name) for one in capabilities)
    for one in capabilities:
        mark = paint("✓", "green") if one.available else paint("–", "yellow")
        print(f"  {mark} {one.name:<{width}}  {one.found}")
        if one.remedy:
            print(f"    {'':<{width}}  {paint('→ ' + one.remedy, 'dim')}")
    print()
    print(paint("Pythons for experiments", "bold"))
    for python in pythons:
        print(f"    {python.label:<10}{python.path}")
    if not any(python.free_threaded for python in pythons):
        print(paint("    → a free-threaded one (3.13t or newer) lets you see threads without the GIL", "dim"))
    print()
    print(paint("Other languages", "bold"))
    for language in languages:
        found = language.toolchain
        mark = paint("✓", "green") if found else paint("–", "yellow")
        print(f"  {mark} {language.label:<10}{f'{harmless(found.command)}  {found.version}' if found else language.lack}")
    print()
    print(paint("Settings", "bold"))
    print(f"    {settings_file}")
    for problem in problems:
        print(f"  {paint('–', 'yellow')} {problem}")
    return 0
