"""The script's details: read by the same code as real ones, the same every time, refused where ada may not read."""

from __future__ import annotations

import pytest

from conclab.model.details import ENVIRONMENT, FILES, KINDS, OVERVIEW, STACKS, Page
from conclab.model.inspection import InspectionState, fold_inspection
from conclab.model.table import TaskTable, Wanted
from conclab.sampling.scripted import ScriptedSource
from conclab.sampling.scripted_details import scripted_details
from conclab.sampling.scripted_inspection import ScriptedInspector

GIL, SHOP, POSTGRES, INIT, KERNEL, ZOMBIE = 5100, 2210, 1291, 1, 14, 5377
READ = [kind.key for kind in KINDS if kind.read]


def source(cores: int = 2) -> ScriptedSource:
    played = ScriptedSource(cores)
    played.wanted = Wanted(threads=True)
    for _ in range(40):
        played.advance()
    return played


def page(pid: int, key: str, played: ScriptedSource | None = None) -> Page:
    played = played or source()
    whole = played.of_pid(pid)
    assert whole is not None
    return scripted_details(played, whole.id, key)


def facts(found: Page) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.why) for section in found.sections for fact in section.facts}


@pytest.mark.parametrize("pid", [GIL, SHOP, POSTGRES, INIT, KERNEL, ZOMBIE])
@pytest.mark.parametrize("key", READ)
def test_every_page_of_everybody_says_something_and_the_same_each_time(pid: int, key: str) -> None:
    found = page(pid, key)
    assert found.sections
    assert all(section.facts or section.rows or section.note for section in found.sections)
    assert page(pid, key) == found


def test_what_is_told_is_what_the_table_tells() -> None:
    played = source()
    found = facts(page(SHOP, OVERVIEW, played))
    assert found["command line"][0] == "node server.js --port 8080"
    assert found["threads"][0] == "23"
    assert found["user"][0] == "ada (1000)"  # whoever that is on this machine
    assert found["parent"][0] == "1  systemd"
    assert found["CPU quota"][0] == "0.5 cores"
    assert found["held back"][0].startswith("412 of 20,113 periods")
    assert facts(page(INIT, OVERVIEW, played))["capabilities"][0].startswith("all of them")


def test_ada_may_not_read_what_belongs_to_others() -> None:
    why = "belongs to postgres; conclab would have to run as root or postgres"
    assert facts(page(POSTGRES, ENVIRONMENT)) == {"environment": ("", why)}
    assert facts(page(POSTGRES, FILES)) == {"open files": ("", why)}
    assert "may not read" in page(POSTGRES, STACKS).sections[0].note
    assert [section.title for section in page(GIL, STACKS).sections[:2]] == [
        "Python: python3 (5100) · waits",
        "Python: w1 (5101) · has the GIL",
    ]


def test_a_process_that_is_not_there_has_ended() -> None:
    played = source()
    whole = played.of_pid(GIL)
    assert whole is not None
    gone = scripted_details(played, whole.id._replace(start=1), OVERVIEW)
    assert (gone.ended, gone.sections) == (True, ())
    look = ScriptedInspector(played, whole.id._replace(start=1)).look()
    assert look is None or look.ended


def test_its_threads_do_what_the_table_says() -> None:
    played = source()
    whole = played.of_pid(GIL)
    assert whole is not None
    watch, state = ScriptedInspector(played, whole.id), InspectionState()
    table: TaskTable | None = None
    for _ in range(200):
        table = next((item for item in played.advance() if isinstance(item, TaskTable)), table)
        look = watch.look()
        if look is not None:
            state = fold_inspection(state, look)
    assert table is not None
    shares = {view.name: view.recent() for view in state.threads.values()}
    assert shares.keys() == {"python3", "w1", "w2", "w3", "w4"}
    workers = [share for name, share in shares.items() if name != "python3"]
    assert all(share is not None and 0.1 < share[0] < 0.4 and share[2] > 0.5 for share in workers)
    assert shares["python3"] == (0.0, 0.0, 1.0)
