"""What the monthly verification asks besides, of what is loaded once a month."""

from foresto_cli.collecting.checks import CRITICAL, WARNING, Check
from foresto_cli.datasets.fss import product_checks as products
from foresto_cli.datasets.open_data import bond_checks as bonds

MONTHLY_CHECKS = (
    Check(
        "bonds.count",
        "채권 종목 수",
        WARNING,
        "bonds",
        "채권 종목 수가 지난달과 20% 넘게 다르지 않다",
        "foresto bonds load --again",
        bonds.changed_count,
    ),
    Check(
        "bonds.lost_rows",
        "사라진 채권",
        CRITICAL,
        "bonds",
        "마지막 목록의 채권이 모두 저장되어 있다",
        "foresto bonds load --again",
        bonds.lost_bonds,
    ),
    Check(
        "bonds.maturity",
        "만기 없는 채권",
        WARNING,
        "bonds",
        "영구채가 아닌데 만기일이 없는 채권이 1% 이하",
        "foresto bonds load --again",
        bonds.without_maturity,
    ),
    Check(
        "bonds.rate",
        "채권 금리 범위",
        WARNING,
        "bonds",
        "표면금리가 0~20% 안에 있다",
        "foresto bonds load --again",
        bonds.impossible_rates,
    ),
    Check(
        "bonds.overdue",
        "만기가 지난 채권",
        WARNING,
        "bonds",
        "만기가 된 채권은 상환으로 표시되어 있다",
        "foresto bonds load --again",
        bonds.overdue_bonds,
    ),
    Check(
        "fss.counts",
        "금융상품 수",
        WARNING,
        "*_products",
        "권역마다 상품 수가 한 달 전과 20% 넘게 다르지 않다",
        "foresto fss all --again",
        products.changed_counts,
    ),
    Check(
        "fss.vanished",
        "사라진 금융상품",
        WARNING,
        "*_products",
        "권역마다 한 달 사이에 사라진 상품이 20% 이하",
        "foresto fss all --again",
        products.vanished,
    ),
    Check(
        "fss.orphans",
        "상품 없는 옵션",
        WARNING,
        "*_options",
        "옵션마다 상품이 있다",
        "foresto fss all --again",
        products.orphans,
    ),
    Check(
        "fss.rates",
        "금융상품 금리",
        WARNING,
        "*_options",
        "예금, 적금, 대출의 금리가 0~20% 안에 있다",
        "foresto fss all --again",
        products.odd_rates,
    ),
)
