"""The upstream hosts, one module each, found by looking into this package.

A host module has two names: ``HOSTS``, the host names it answers for, and ``answer(request, world) -> Answer``. If it
can also serve recorded answers it has a third, ``recorded(request, world, folder) -> Answer``. A new host is one new
file here.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from foresto_cli.errors import ConfigError
from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@cache
def modules() -> dict[str, str]:
    """Return host name → module name, for all modules of this package."""
    return {host: name for name in _names() for host in import_module(f"{__name__}.{name}").HOSTS}


def answer(request: Request, world: World) -> Answer:
    """Return what the host of ``request`` answers; 502 if the sandbox does not know it, 404 if nothing was recorded."""
    name = modules().get(request.host)
    if name is None:
        known = ", ".join(sorted(modules()))
        return plain(f"foresto sandbox: unknown host {request.host}; known hosts: {known}\n", 502)
    module: ModuleType = import_module(f"{__name__}.{name}")
    if world.options.recorded is None:
        found: Callable[[Request, World], Answer] = module.answer
        return found(request, world)
    recorded = getattr(module, "recorded", None)
    if recorded is None:
        return not_recorded(request)
    try:
        replayed: Answer = recorded(request, world, world.options.recorded)
    except ConfigError as error:
        # Whoever started the sandbox has to install something: say so instead of hanging up.
        return plain(f"{error}\n", 500)
    return replayed


def not_recorded(request: Request) -> Answer:
    """Return the answer to a request for which there is no recording."""
    return plain(f"not recorded: {request.host}{request.path} {dict(sorted(request.fields.items()))}\n", 404)


def _names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
