"""Matrix products in pure Python: one large one a task, or many of 8 x 8.

Both hold the GIL. Many small ones show what calls and short loops cost; neither uses numpy, which would measure a BLAS.
"""

from __future__ import annotations

from typing import Any, Dict, List

SMALL = 8

Matrix = List[List[int]]


def filled(rows: int, seed: int) -> Matrix:
    """A square matrix of small whole numbers, the same for the same seed."""
    return [[(seed + 31 * row + 17 * column) % 10 for column in range(rows)] for row in range(rows)]


def product(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right))
    return [[sum(a * b for a, b in zip(row, column)) for column in columns] for row in left]


def trace(matrix: Matrix) -> int:
    return sum(matrix[i][i] for i in range(len(matrix)))


def task(_state: Any, arguments: Dict[str, Any], index: int) -> int:
    size = arguments["size"]
    if arguments.get("small"):
        left, right = filled(SMALL, index), filled(SMALL, index + 1)
        total = 0
        for _ in range(size):
            total += trace(product(left, right))
        print(f"{size:,} products of {SMALL} x {SMALL}, traces add up to {total:,}")
    else:
        total = trace(product(filled(size, index), filled(size, index + 1)))
        print(f"a product of {size:,} x {size:,}, its trace is {total:,}")
    return total


def combine(results: List[int]) -> int:
    return sum(results)
