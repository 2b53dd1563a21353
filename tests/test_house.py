"""The house: which room may know which, and how large rooms and modules may be.

Imports are read from the source, including those inside functions and those only for type checking.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PACKAGE = Path(__file__).parents[1] / "qwen_magic"
MOST_MODULES = 20
MOST_LINES = 250
FEWEST_LINES = 30

# From the ground up. A room may import the rooms it names here, and what stands at the ground.
GROUND = ("errors", "excerpt", "locking", "models", "snippet", "typed")
FLOORS: dict[str, tuple[str, ...]] = {
    "responses": (),
    "responses.lanes": ("responses",),
    "cassette": ("responses",),
    "demo.wire": (),
    "demo.reading": (),
    "demo.filling": ("demo.reading",),
    "demo.fixes": ("demo.wire",),
    "demo.answers": ("demo.wire", "demo.filling", "demo.fixes", "demo.reading"),
    "demo": ("demo.wire", "demo.answers"),
    "local": ("responses",),
    "readers": ("responses",),
    "options": ("responses", "readers"),
    "addresses": ("responses", "cassette"),
    "settings": ("addresses", "responses", "demo", "demo.answers", "local"),
    "configuration": ("responses", "readers", "settings"),
    "helptext": ("options", "configuration"),
    "conversation.turn": ("responses",),
    "conversation.chains": ("responses", "conversation.turn"),
    "conversation.tools": ("responses", "settings", "conversation.turn"),
    "conversation.schema": ("responses", "conversation.tools"),
    "conversation.tables": (
        *("responses", "conversation.turn", "conversation.tools", "conversation.schema"),
    ),
    "conversation.store": ("responses", "conversation.turn", "conversation.chains"),
    "conversation.mapping": (
        *("responses", "conversation.turn", "conversation.schema", "conversation.tools"),
        *("conversation.store", "conversation.tables"),
    ),
    "conversation.spreading": (
        *("responses", "settings", "conversation.tools", "conversation.tables"),
        "conversation.mapping",
    ),
    "conversation.planning": (
        *("responses", "settings", "configuration", "local"),
        *("conversation.turn", "conversation.chains", "conversation.tools", "conversation.store"),
        "conversation.schema",
    ),
    "conversation.asking": (
        *("responses", "responses.lanes", "settings", "configuration", "local"),
        *("conversation.turn", "conversation.chains", "conversation.tools", "conversation.store"),
        *("conversation.schema", "conversation.tables", "conversation.mapping"),
        *("conversation.planning", "conversation.spreading"),
    ),
    "notebook.markdown": (),
    "notebook.kernel": (),
    "notebook.document": (
        *("conversation.turn", "conversation.chains", "conversation.store", "notebook.kernel"),
    ),
    "notebook.cards": (
        *("responses", "conversation.turn", "conversation.chains"),
        "notebook.markdown",
    ),
    "notebook.live": (
        *("responses", "settings", "conversation.turn", "conversation.tools"),
        *("notebook.markdown", "notebook.kernel", "notebook.cards"),
    ),
    "notebook.mapping": (
        *("conversation.chains", "conversation.tables", "conversation.mapping"),
        *("notebook.kernel", "notebook.markdown", "notebook.cards", "notebook.live"),
    ),
    "notebook.failing": ("conversation.tools", "notebook.kernel"),
    "notebook.local": ("responses", "settings", "local", "notebook.kernel"),
    "notebook.magics": (
        *("responses", "readers", "options", "settings", "configuration", "helptext"),
        *("conversation.turn", "conversation.chains", "conversation.tools", "conversation.store"),
        *("conversation.planning", "conversation.asking", "conversation.schema"),
        *("conversation.tables", "conversation.mapping", "conversation.spreading"),
        *("notebook.kernel", "notebook.document", "notebook.cards", "notebook.live"),
        *("notebook.failing", "notebook.local", "notebook.mapping"),
    ),
    "notebook.helping": (
        *("responses", "conversation.asking", "notebook.kernel", "notebook.failing"),
        "notebook.magics",
    ),
    "notebook.steering": (
        *("responses", "readers", "settings"),
        *("conversation.turn", "conversation.chains", "conversation.asking"),
        "conversation.mapping",
        *("notebook.markdown", "notebook.kernel", "notebook.cards", "notebook.magics"),
    ),
    "notebook.usage": (
        *("conversation.store", "conversation.asking", "notebook.markdown", "notebook.magics"),
    ),
    "notebook.completion": (
        *("options", "settings", "configuration", "conversation.turn", "conversation.store"),
        "conversation.schema",
        *("notebook.kernel", "notebook.document", "notebook.failing", "notebook.magics"),
    ),
    "notebook.panel": (
        *("responses", "readers", "settings"),
        *("conversation.turn", "conversation.chains", "conversation.tools", "conversation.store"),
        *(
            "conversation.planning",
            "conversation.asking",
            "notebook.markdown",
            "notebook.kernel",
            "notebook.cards",
        ),
        *("notebook.live", "notebook.magics"),
    ),
    "notebook": (
        *("conversation.turn", "notebook.kernel", "notebook.cards", "notebook.magics"),
        *(
            "notebook.completion",
            "notebook.panel",
            "notebook.steering",
            "notebook.helping",
            "notebook.usage",
        ),
    ),
}

# Modules that are short, and stand alone for a reason.
SHORT: dict[str, str] = {
    "notebook.magics.sisters": "seven modules of three rooms build on it",
}


@dataclass(frozen=True)
class House:
    """Modules by their dotted names below the package: how many lines each has, what it imports."""

    lines: Mapping[str, int]
    imports: Mapping[str, frozenset[str]]


def read(sources: Mapping[str, str], package: str = "qwen_magic") -> House:
    """Return the house built of these modules, by dotted name; a room's name is its `__init__`."""
    names = frozenset(sources)
    imports = {
        name: frozenset(_imported(ast.parse(source), name, names, package)) - {name}
        for name, source in sources.items()
    }
    return House({name: len(source.splitlines()) for name, source in sources.items()}, imports)


def _imported(tree: ast.AST, name: str, names: frozenset[str], package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} has a relative import"
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for dotted in found:
            inside = dotted.removeprefix(f"{package}.")
            if inside != dotted:
                yield inside if inside in names else inside.rpartition(".")[0]


def room(module: str) -> str:
    """Return the room that a module stands in; a module at the top is a room by itself."""
    return module.rpartition(".")[0] or module


def circles(house: House) -> list[str]:
    """Return a circle among the modules, or among the rooms, if there is one."""
    rooms: dict[str, set[str]] = {}
    for module, others in house.imports.items():
        rooms.setdefault(room(module), set()).update(room(other) for other in others)
    return [*_circle(house.imports), *_circle({at: known - {at} for at, known in rooms.items()})]


def _circle(arrows: Mapping[str, frozenset[str] | set[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return [" → ".join(error.args[1])]
    return []


def climbing(house: House) -> list[str]:
    """Return the imports that the floors do not allow."""
    allowed = {place: {place, *below, *GROUND} for place, below in FLOORS.items()}
    return [
        f"{module} → {other}"
        for module, others in house.imports.items()
        for other in sorted(others)
        if room(other) not in allowed.get(room(module), set())
    ]


def crowded(house: House) -> list[str]:
    """Return the rooms with too many modules."""
    counts = Counter(module.rpartition(".")[0] for module in house.lines)
    return [place for place, count in counts.items() if count > MOST_MODULES]


def too_long(house: House) -> list[str]:
    """Return the modules with too many lines."""
    return [module for module, count in house.lines.items() if count > MOST_LINES]


def too_short(house: House) -> list[str]:
    """Return the modules so short that they belong in the modules that use them."""
    found = (module for module, count in house.lines.items() if count < FEWEST_LINES)
    return [module for module in found if module not in SHORT]


def repeating(house: House) -> list[str]:
    """Return the modules whose names begin with their room's name."""
    return [
        module
        for module in house.lines
        if module.rpartition(".")[2].startswith(f"{room(module).rpartition('.')[2]}_")
    ]


OURS = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path.read_text()
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}
CHECKS = (circles, climbing, crowded, too_long, too_short, repeating)


@pytest.mark.parametrize("check", CHECKS)
def test_the_house_is_in_order(check: Callable[[House], list[str]]) -> None:
    assert check(read(OURS)) == []


def test_every_arrow_of_the_floors_is_there() -> None:
    arrows = {
        (room(module), room(other))
        for module, others in read(OURS).imports.items()
        for other in others
    }
    drawn = {(place, other) for place, below in FLOORS.items() for other in below}
    assert drawn - arrows == set()


def test_a_room_says_what_it_is_for_and_holds_no_code() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        words, *code = ast.parse(path.read_text()).body
        assert isinstance(words, ast.Expr), path
        assert code == [] or path.parent == PACKAGE, path


@pytest.mark.parametrize(
    ("check", "made", "found"),
    [
        (circles, {"cassette.a": "import qwen_magic.cassette.b"}, []),
        (
            circles,
            {
                "cassette.a": "from qwen_magic.cassette import b",
                "cassette.b": "def f():\n    from qwen_magic.cassette.a import x",
            },
            ["cassette.a → cassette.b → cassette.a"],
        ),
        (
            circles,
            {
                "cassette.a": "if TYPE_CHECKING:\n    from qwen_magic.cassette.b import B",
                "cassette.b": "import qwen_magic.cassette.a",
            },
            ["cassette.a → cassette.b → cassette.a"],
        ),
        (
            circles,
            {
                "cassette.a": "import qwen_magic.demo.a",
                "cassette.b": "",
                "demo.a": "",
                "demo.b": "import qwen_magic.cassette.b",
            },
            ["cassette → demo → cassette"],
        ),
        (climbing, {"cassette.a": "from qwen_magic.responses.sse import Decoder"}, []),
        (climbing, {"cassette.a": "from qwen_magic.errors import QwenError"}, []),
        (
            climbing,
            {"responses.a": "def f():\n    from qwen_magic.cassette import tape"},
            ["responses.a → cassette.tape"],
        ),
        (climbing, {"errors": "import qwen_magic.excerpt"}, ["errors → excerpt"]),
        (climbing, {"attic.a": "import qwen_magic.errors"}, ["attic.a → errors"]),
        (crowded, {f"demo.a{number}": "" for number in range(20)}, []),
        (crowded, {f"demo.a{number}": "" for number in range(21)}, ["demo"]),
        (too_long, {"demo.a": "x = 1\n" * 250}, []),
        (too_long, {"demo.a": "x = 1\n" * 251}, ["demo.a"]),
        (too_short, {"demo.a": "x = 1\n" * 30}, []),
        (too_short, {"demo.a": "x = 1\n" * 29}, ["demo.a"]),
        (repeating, {"notebook.panel.chains": "", "notebook.panel.panel": ""}, []),
        (repeating, {"notebook.panel.panel_chains": ""}, ["notebook.panel.panel_chains"]),
    ],
)
def test_disorder_is_found(
    check: Callable[[House], list[str]], made: dict[str, str], found: list[str]
) -> None:
    names = {"responses.sse": "", "cassette.tape": "", "errors": "", "excerpt": ""}
    assert check(read(names | made if check is climbing else made)) == found


def test_unions_are_built_as_every_python_can() -> None:
    # The linter wants to see no `Union[…]`; from 3.14 on, what it leaves alone takes no tuple.
    assert [name for name, source in OURS.items() if "Union.__getitem__" in source] == []
