"""hooks.slack.com: incoming webhooks; the answer is the word ok, or Slack's own word for what is wrong."""

import json

from foresto_cli.sandbox.outbox import Sent
from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

HOSTS = ("hooks.slack.com",)


def answer(request: Request, world: World) -> Answer:
    """Keep the message in the outbox; refuse what Slack refuses."""
    if not request.path.startswith("/services/"):
        return plain("no_service", 404)
    try:
        found = json.loads(request.body)
    except ValueError:
        return plain("invalid_payload", 400)
    text = found.get("text") if isinstance(found, dict) else None
    if not text:
        return plain("no_text", 400)
    world.outbox.keep(Sent("slack", ["/services/…"], str(text).splitlines()[0], str(text)))
    return plain("ok", 200)


def recorded(request: Request, world: World, _: object) -> Answer:
    """Keep the message as well when answers are recorded."""
    return answer(request, world)
