"""corpCode.xml (a zip) and company.json: who the companies are."""

import io
import zipfile
from xml.sax.saxutils import escape

from foresto_cli.sandbox.dart import dart_companies
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.market import Market, market_names

UNLISTED = 40
"""How many companies without a share there are for every hundred listed ones."""
MODIFIED = "20260301"
FIRST_UNLISTED = 90_000_000


@once(2)
def corp_codes(market: Market) -> bytes:
    """Return the zip with CORPCODE.xml: listed, delisted (they keep their ticker) and unlisted companies."""
    found = ['<?xml version="1.0" encoding="UTF-8"?>\n<result>']
    everyone = dart_companies.of(market).all
    found += [_item(one.corp_code, one.name, f"Company {one.number}", one.stock.code) for one in everyone]
    for offset in range(len(everyone) * UNLISTED // 100):
        name, _, _ = market_names.company(offset + 7_000)
        # Some share the name of a listed company; some names hold characters that XML escapes.
        shown = (
            everyone[offset].name if offset % 10 == 0 else f"{name}&파트너스" if offset % 10 == 1 else f"{name}유한회사"
        )
        found.append(_item(f"{FIRST_UNLISTED + offset:08d}", shown, " ", " "))
    found.append("</result>\n")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("CORPCODE.xml", (1980, 1, 1, 0, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, "\n".join(found))
    return out.getvalue()


def _item(code: str, name: str, english: str, ticker: str) -> str:
    return (
        f"    <list>\n        <corp_code>{code}</corp_code>\n        <corp_name>{escape(name)}</corp_name>\n"
        f"        <corp_eng_name>{escape(english)}</corp_eng_name>\n        <stock_code>{ticker}</stock_code>\n"
        f"        <modify_date>{MODIFIED}</modify_date>\n    </list>"
    )


def outline(company: Company) -> dict[str, object]:
    """Return the fields of company.json (기업개황)."""
    number = company.number
    return {
        "corp_code": company.corp_code,
        "corp_name": f"{company.name}(주)",
        "corp_name_eng": f"Company {number} CO.,LTD",
        "stock_name": company.name,
        "stock_code": company.stock.code,
        "ceo_nm": market_names.person(number),
        "corp_cls": company.corp_cls,
        "jurir_no": "" if company.stock.kind == "foreign" else f"110111{number:07d}",
        "bizr_no": f"{1_000_000_000 + number}",
        "adres": f"{market_names.REGIONS[number % len(market_names.REGIONS)]} 가상로 {number + 1}",
        "hm_url": f"www.company{number}.example",
        "ir_url": "",
        "phn_no": "02-000-0000",
        "fax_no": "",
        "induty_code": company.industry_code,
        "est_dt": f"{company.stock.listed.year - 8}0113",
        "acc_mt": f"{company.closing_month:02d}",
    }
