"""The first load without any key: it ends well, the axes of prices are there, and what is missing is one sentence."""

import pytest

from foresto_cli.chains import chain, chain_results
from foresto_cli.chains.steps import INITIAL
from foresto_cli.running import job
from foresto_cli.views import score_card
from foresto_cli.views.top_scores import Wanted

KEYS = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key", "fss_api_key")
DEAD_MIRROR = True
PATIENCE = 1


@pytest.mark.long
def test_without_a_key_the_first_load_ends_well_and_scores_what_prices_say(open_world, capsys):
    with open_world(without=KEYS, stocks=60, sessions=150) as world:
        result = chain.run(world.app, "initial", INITIAL, job.Options())
        assert (result.outcome, result.exit_code) == ("done", 0)
        (note,) = result.notes
        assert "KRX_OPENAPI_KEY" in note
        assert "foresto init" in note
        found = score_card.ranking(world.app, Wanted(top=5))
        assert found["axis"] in {"technical", "risk"}
        assert len(found["stocks"]) == 5
        assert all(one["technical_score"] is not None for one in found["stocks"])
        capsys.readouterr()
        score_card.show_ranking(world.app.console, found)
        shown = capsys.readouterr().err
        assert "재무\t" not in shown
        assert "\n1\t" in shown
        chain_results.show_summary(world.app, result)
        told = capsys.readouterr().err
        assert "– dart financials: DART_API_KEY가 없어 건너뜁니다." in told
        assert "✗" not in told
