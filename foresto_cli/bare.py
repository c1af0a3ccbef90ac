"""Importing modules of a package without running the package itself, which imports much that nobody here needs.

``holidays`` imports the rules of every country, ``pykrx`` matplotlib: more time and memory than all of our own modules.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

_importing = threading.RLock()


@contextmanager
def not_run(*packages: str) -> Iterator[None]:
    """Have modules below ``packages`` imported in the block without running these.

    The modules stay imported; the packages are run when somebody imports them later, and do not have those modules as
    attributes then. A package that has been imported already, or is not installed, is left as it is.
    """
    with _importing:
        added = {name: module for name in packages if (module := _bare(name)) is not None}
        sys.modules.update(added)
        try:
            yield
        finally:
            for name in added:
                del sys.modules[name]


def _bare(name: str) -> ModuleType | None:
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return None
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    return package
