"""A run as a document: JSON without NaN, null where nothing was measured."""

from __future__ import annotations

import json

from conclab.recording.document import document
from tests.helpers import conduct, deed, work


def test_a_failed_run_is_a_document_too() -> None:
    run, _ = conduct(deed("raising", "threads"))
    text = json.dumps(document(run), allow_nan=False)
    found = json.loads(text)
    assert "ValueError" in found["outcome"]
    repetition = found["arms"][0]["repetitions"][0]
    assert repetition["wall_ns"] is None
    assert repetition["effective_cores"] is None
    assert found["verdict"] is None
    assert found["arms"][0]["summary"]["wall_ns_median"] is None


def test_what_the_whole_tree_took_is_told_apart_from_what_the_workers_did() -> None:
    run, _ = conduct(work("spawn", "primes", 2, 2, size=20_000))
    repetition = document(run)["arms"][0]["repetitions"][0]
    assert repetition["tree"]["cpu_ns"] > repetition["on_core_ns"] > 0, "three interpreters had to start"
