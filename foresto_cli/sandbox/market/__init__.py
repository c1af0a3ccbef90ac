"""A synthetic Korean stock market: deterministic from a seed, stable as time goes by.

History starts on 2020-01-02. Every session is drawn from its own random generator, so moving the clock one day
forward adds a session and changes nothing earlier. Nothing in it is real: names, prices, shares and events are
invented.
"""

from foresto_cli.sandbox.market.whole_market import Market

__all__ = ["Market"]
