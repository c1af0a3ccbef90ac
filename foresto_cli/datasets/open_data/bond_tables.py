"""Bonds: one row per ISIN, as the newest list that has it says."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

bonds = Table(
    "bonds",
    metadata,
    Column("isin_cd", String(12), primary_key=True, **said("ISIN", "ISIN")),
    # Names repeat: two ISINs may be called the same.
    Column("name", Text, nullable=False, **said("종목명. 같은 이름이 둘 이상일 수 있다", "Name; not unique")),
    Column("issuer", Text, **said("발행인. 없으면 NULL", "Issuer; NULL without one")),
    Column(
        "crno",
        String(13),
        **said("발행인의 법인등록번호 13자리. 없으면 NULL", "Issuer's company registration number; NULL without one"),
    ),
    Column(
        "bond_type",
        String(20),
        **said(
            "종류: government, municipal, monetary, special, financial, asset_backed, corporate. 모르는 이름이면 NULL",
            "government, municipal, monetary, special, financial, asset_backed, corporate; NULL when the kind's name"
            " is not known",
        ),
    ),
    Column(
        "scrs_itms_kcd",
        Text,
        **said("유가증권 종목 종류 코드(원문). 없으면 NULL", "Code of the security's kind, as it came; or NULL"),
    ),
    Column(
        "scrs_itms_kcd_nm",
        Text,
        **said("유가증권 종목 종류 이름(원문). 없으면 NULL", "Name of the security's kind, as it came; or NULL"),
    ),
    Column(
        "interest_rate",
        Numeric,
        **said("표면이율, 연 %. 없으면 NULL", "Coupon, percent a year; NULL where not recorded"),
    ),
    Column("bond_issu_dt", Date, **said("발행일. 없으면 NULL", "Day of issue; NULL where not recorded")),
    Column(
        "bond_expr_dt",
        Date,
        **said(
            "만기일(상환되었으면 상환일). 영구채이거나 기록이 없으면 NULL",
            "Maturity (after redemption its day); NULL for perpetual bonds or where not recorded",
        ),
    ),
    Column(
        "maturity_years",
        Numeric,
        **said(
            "발행부터 만기까지, 년(소수 둘째 자리). 두 날 가운데 하나를 모르면 NULL",
            "Term from issue to maturity, years; NULL without one of the two days",
        ),
    ),
    Column(
        "remaining_days",
        Integer,
        **said("bas_dt부터 만기까지, 일. 만기를 모르면 NULL", "Days from bas_dt to maturity; NULL without maturity"),
    ),
    Column(
        "credit_rating",
        String(4),
        **said(
            "평가사 등급 가운데 가장 낮은 것(AAA … D). rating_status가 RATED가 아니면 NULL",
            "Lowest of the agencies' ratings (AAA … D); NULL unless rating_status is RATED",
        ),
    ),
    Column(
        "rating_status",
        String(10),
        nullable=False,
        **said(
            "RATED 등급 있음, UNKNOWN 읽을 수 없는 값뿐, NONE 기록 없음",
            "RATED, UNKNOWN (only words that cannot be read), NONE (nothing recorded)",
        ),
    ),
    Column(
        "kis_rating",
        Text,
        **said(
            "KIS 등급. 읽을 수 있으면 AAA … D, 아니면 원문. 기록이 없으면 NULL",
            "KIS's rating, AAA … D where it can be read, else as it came; NULL where none is recorded",
        ),
    ),
    Column(
        "kbp_rating",
        Text,
        **said(
            "KBP 등급. 읽을 수 있으면 AAA … D, 아니면 원문. 기록이 없으면 NULL",
            "KBP's rating, AAA … D where it can be read, else as it came; NULL where none is recorded",
        ),
    ),
    Column(
        "nice_rating",
        Text,
        **said(
            "NICE 등급. 읽을 수 있으면 AAA … D, 아니면 원문. 기록이 없으면 NULL",
            "NICE's rating, AAA … D where it can be read, else as it came; NULL where none is recorded",
        ),
    ),
    Column(
        "fn_rating",
        Text,
        **said(
            "FN 등급. 읽을 수 있으면 AAA … D, 아니면 원문. 기록이 없으면 NULL",
            "FN's rating, AAA … D where it can be read, else as it came; NULL where none is recorded",
        ),
    ),
    Column(
        "kis_scrs_itms_kcd",
        Text,
        **said("KIS 등급 코드(원문). 없으면 NULL", "KIS's code, as it came; or NULL"),
    ),
    Column("kbp_scrs_itms_kcd", Text, **said("KBP 등급 코드(원문). 없으면 NULL", "KBP's code, as it came; or NULL")),
    Column("nice_scrs_itms_kcd", Text, **said("NICE 등급 코드(원문). 없으면 NULL", "NICE's code, as it came; or NULL")),
    Column("fn_scrs_itms_kcd", Text, **said("FN 등급 코드(원문). 없으면 NULL", "FN's code, as it came; or NULL")),
    Column(
        "is_active",
        Boolean,
        nullable=False,
        **said("만기 전이고 가장 새 목록에 있는지", "Not matured, and in the newest list"),
    ),
    Column(
        "inactive_since",
        Date,
        **said(
            "만기일, 또는 처음으로 빠진 목록의 기준일. 유효하면 NULL",
            "Maturity, or base date of the first list without it; NULL while active",
        ),
    ),
    Column(
        "bond_issu_amt",
        Numeric,
        **said(
            "발행금액, bond_issu_cur_cd 통화. 없으면 NULL",
            "Amount issued, in bond_issu_cur_cd; NULL where not recorded",
        ),
    ),
    Column(
        "bond_bal",
        Numeric,
        **said(
            "발행잔액, bond_issu_cur_cd 통화. 없으면 NULL",
            "Amount outstanding, in bond_issu_cur_cd; NULL where not recorded",
        ),
    ),
    Column("bond_issu_cur_cd", Text, **said("발행 통화(ISO). 없으면 NULL", "Currency (ISO); NULL where not recorded")),
    Column(
        "irt_chng_dcd",
        Text,
        **said("금리 변동 구분 코드(원문). 없으면 NULL", "Code: fixed or floating, as it came; or NULL"),
    ),
    Column(
        "bond_int_tcd",
        Text,
        **said("이자 유형 코드(원문). 없으면 NULL", "Code of the kind of interest, as it came; or NULL"),
    ),
    Column(
        "int_pay_cycl_ctt",
        Text,
        **said("이자 지급 주기(원문의 글). 없으면 NULL", "Interest period, in the source's words; or NULL"),
    ),
    Column("nxtm_copn_dt", Date, **said("다음 이표일. 없으면 NULL", "Next coupon day; NULL where not recorded")),
    Column("rbf_copn_dt", Date, **said("직전 이표일. 없으면 NULL", "Last coupon day; NULL where not recorded")),
    Column("grn_dcd", Text, **said("보증 구분 코드(원문). 없으면 NULL", "Code of guarantee, as it came; or NULL")),
    Column(
        "bond_rnkn_dcd",
        Text,
        **said("순위 구분 코드(원문). 없으면 NULL", "Code of seniority, as it came; or NULL"),
    ),
    Column(
        "bond_offr_mcd",
        Text,
        **said("모집 방법 코드(원문). 없으면 NULL", "Code of placement, as it came; or NULL"),
    ),
    Column(
        "lstg_dt",
        Date,
        **said("상장일. 상장하지 않았거나 기록이 없으면 NULL", "Day of listing; NULL if not listed or not recorded"),
    ),
    Column("prmnc_bond_yn", Text, **said("영구채인지 Y/N(원문). 없으면 NULL", "Perpetual, Y/N as it came; or NULL")),
    Column(
        "strips_psbl_yn",
        Text,
        **said("원금·이자 분리 가능한지 Y/N(원문). 없으면 NULL", "Strippable, Y/N as it came; or NULL"),
    ),
    Column(
        "bas_dt",
        Date,
        **said(
            "이 채권이 있는 가장 새 목록의 기준일. 인수한 행은 NULL일 수 있음",
            "Base date of the newest list that has it; may be NULL in rows of an adopted database",
        ),
    ),
    *provenance(),
    CheckConstraint("rating_status IN ('RATED', 'UNKNOWN', 'NONE')", name="chk_bonds_rating_status"),
    CheckConstraint("(rating_status = 'RATED') = (credit_rating IS NOT NULL)", name="chk_bonds_rating"),
    Index("idx_bond_expr_dt", "bond_expr_dt"),
    **table_said(
        "한 행은 한 채권(ISIN), 그것이 있는 가장 새 목록대로(금융위 채권기본정보). 상환되거나 목록에서 빠진 것은"
        " is_active = false로 남는다",
        "One row per bond (ISIN), by the newest list that has it (FSC); redeemed and vanished ones stay, not active",
        fills="bonds load",
        reads="bonds find, bonds show, verify monthly",
    ),
)
