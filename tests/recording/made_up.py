"""Any dataclass of the model, filled with figures by chance: for properties that hold of everything that can be said."""

from __future__ import annotations

import random
import types
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

STRINGS = ("", "w1", "zwölf Äpfel", "日本語 ⏵", "'; drop table run; --", "a\x00b", "a" * 300, "\u202e")


class _Arrays:
    """Stands for ``array`` where its annotations are read: 3.11 cannot subscript it."""

    def __class_getitem__(cls, _item: object) -> type:
        return cls


def _json(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(7 if depth < 2 else 5)
    if kind == 5:
        return [_json(chance, depth + 1) for _ in range(chance.randrange(3))]
    if kind == 6:
        return {text: _json(chance, depth + 1) for text in chance.sample(STRINGS, 2)}
    return (None, True, chance.randrange(-(1 << 80), 1 << 80), chance.random(), chance.choice((*STRINGS, "\ud800")))[kind]


def _of(hint: Any, chance: random.Random) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _of(chance.choice(inner), chance)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(_of(one, chance) for one in inner)
    if origin in (tuple, Sequence):
        return tuple(_of(inner[0], chance) for _ in range(chance.randrange(4)))
    if origin is Mapping:
        return {_of(inner[0], chance): _of(inner[1], chance) for _ in range(chance.randrange(4))}
    if hint is object:
        return _json(chance)
    if hint is _Arrays:
        return array(chance.choice("bhiq"), [chance.randrange(-100, 100) for _ in range(chance.randrange(5))])
    if isinstance(hint, type) and is_dataclass(hint):
        return made_up(hint, chance)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return chance.choice(list(hint))
    choices: dict[Any, tuple[Any, ...]] = {
        bool: (True, False),
        int: (0, 1, -1, chance.randrange(1 << 63)),
        float: (0.0, -1.5, float("inf"), chance.random()),
        str: STRINGS,
        type(None): (None,),
    }
    return chance.choice(choices[hint])


def made_up(kind: type, chance: random.Random) -> Any:
    """An instance with every field filled by its type."""
    hints = get_type_hints(kind, localns={"array": _Arrays})
    return kind(**{one.name: _of(hints[one.name], chance) for one in fields(kind)})
