"""What ``foresto doctor`` finds of the OPEN API: each of its services is approved by itself."""

from collections.abc import Iterable, Iterator
from datetime import date

from foresto_cli.declared import OpenApi
from foresto_cli.errors import AuthFailed, ForestoError, Interrupted, NotApproved
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG, Diagnosis
from foresto_cli.upstream.krx_openapi import ALL, KEY_REFUSED, LABEL, KrxOpenApi


def examine(client: KrxOpenApi | None, day: date, more: Iterable[OpenApi] = ()) -> Iterator[Diagnosis]:
    """Ask each service for ``day``, which should be published: one request each; nothing without a key.

    Args:
        client: the OPEN API.
        day: a session.
        more: services of the described data sets that are switched on.

    Raises:
        ForestoError: what hinders all of them: the network, a block, a limit.
    """
    if client is None:
        return
    refused: list[OpenApi] = []
    found: list[Diagnosis] = []
    asked = (*ALL, *more)
    for service in asked:
        name = f"{LABEL} {service.title}"
        try:
            found.append(Diagnosis(name, OK, f"답합니다({day} {client.probe(service, day):,}행)"))
        except NotApproved as error:
            refused.append(service)
            found.append(Diagnosis(name, NOTE, f"{error}"))
        except (AuthFailed, Interrupted):
            raise
        except ForestoError as error:
            found.append(Diagnosis(name, WRONG, f"{error}", error.exit_code))
    if len(refused) == len(asked):
        yield Diagnosis(LABEL, WRONG, KEY_REFUSED, AuthFailed.exit_code)
    else:
        yield from found
