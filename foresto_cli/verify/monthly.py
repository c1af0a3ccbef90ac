"""What the monthly verification asks besides, of what is loaded once a month."""

from foresto_cli.verify import CRITICAL, WARNING, Check, bonds

MONTHLY_CHECKS = (
    Check(
        "bonds.count",
        "채권 종목 수",
        WARNING,
        "bonds",
        "채권 종목 수가 지난달과 20% 넘게 다르지 않다",
        "채권 자료를 확인하고 foresto bonds load",
        bonds.changed_count,
    ),
    Check(
        "bonds.lost_rows",
        "사라진 채권",
        CRITICAL,
        "bonds",
        "마지막 목록의 채권이 모두 저장되어 있다",
        "DELETE FROM unit_ledger WHERE dataset = 'bonds' 뒤에 foresto bonds load",
        bonds.lost_bonds,
    ),
    Check(
        "bonds.maturity",
        "만기 없는 채권",
        WARNING,
        "bonds",
        "영구채가 아닌데 만기일이 없는 채권이 1% 이하",
        "foresto bonds load",
        bonds.without_maturity,
    ),
    Check(
        "bonds.rate",
        "채권 금리 범위",
        WARNING,
        "bonds",
        "표면금리가 0~20% 안에 있다",
        "발행 조건을 확인하세요(foresto bonds load 가 다시 읽습니다)",
        bonds.impossible_rates,
    ),
    Check(
        "bonds.overdue",
        "만기가 지난 채권",
        WARNING,
        "bonds",
        "만기가 된 채권은 상환으로 표시되어 있다",
        "foresto bonds load",
        bonds.overdue_bonds,
    ),
)
