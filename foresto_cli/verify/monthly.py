"""The checks that only the monthly verification asks, beside those of every verification."""

from foresto_cli.verify import WARNING, Check, products

MONTHLY_CHECKS = (
    Check(
        "fss.counts",
        "금융상품 수",
        WARNING,
        "*_products",
        "권역마다 상품 수가 한 달 전과 20% 넘게 다르지 않다",
        "공시를 확인하고 foresto fss all",
        products.changed_counts,
    ),
    Check(
        "fss.vanished",
        "사라진 금융상품",
        WARNING,
        "*_products",
        "권역마다 한 달 사이에 사라진 상품이 20% 이하",
        "공시를 확인하고 foresto fss all",
        products.vanished,
    ),
    Check(
        "fss.orphans",
        "상품 없는 옵션",
        WARNING,
        "*_options",
        "옵션마다 상품이 있다",
        "상품이 없는 옵션을 지우고 foresto fss all",
        products.orphans,
    ),
    Check(
        "fss.rates",
        "금융상품 금리",
        WARNING,
        "*_options",
        "예금, 적금, 대출의 금리가 0~20% 안에 있다",
        "금융회사의 공시를 확인하고 foresto fss all",
        products.odd_rates,
    ),
)
