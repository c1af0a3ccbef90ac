"""The Compass Score: four axes, one number and a reason for every digit, for every stock of a session.

One read fills arrays of sessions x tickers (:mod:`panel`, :mod:`reports`, :mod:`dividends`), all arithmetic runs on
them, and the result is a table of scores that can be re-computed by hand from what is stored beside it. Nothing is
imputed.
"""

FORMULA_VERSION = "2.0.0"
"""MAJOR changes when any score may change; stored rows are never re-scored under another version.

2: fiscal years of less than twelve months are added up, growth is seen against restated figures, and a dividend whose
class of shares DART does not name is chosen by rule.
"""
