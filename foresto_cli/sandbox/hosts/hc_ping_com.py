"""hc-ping.com: dead-man pings (healthchecks.io); the last part of the path may be ``start`` or ``fail``."""

from foresto_cli.sandbox.outbox import Sent
from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

HOSTS = ("hc-ping.com",)


def answer(request: Request, world: World) -> Answer:
    """Keep the ping in the outbox; its subject is the path behind the ping key."""
    parts = request.path.strip("/").split("/")
    if len(parts) < len(("key", "slug")):
        return plain("not found", 404)
    world.outbox.keep(Sent("ping", ["/…"], "/".join(parts[1:]), request.body.decode("utf-8", "replace")))
    return plain("OK", 200)


def recorded(request: Request, world: World, _: object) -> Answer:
    """Keep the ping as well when answers are recorded."""
    return answer(request, world)
