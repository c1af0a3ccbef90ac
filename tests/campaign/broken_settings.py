"""Files and environments as tired people and strange programs leave them: mutated texts of settings."""

import random

SECRETS = ("hunter2-secret-one", "hunter2secrettwo", "hunter2 three")
ENV = f"""# keys
export KRX_ID=me
KRX_PW="{SECRETS[0]}"
DART_API_KEY='{SECRETS[1]}'
SMTP_HOST=smtp.example.com
SMTP_PORT=587
SMTP_USER=me@example.com
SMTP_PASSWORD={SECRETS[2]}
SMTP_FROM="foresto <me@example.com>"
ALERT_EMAIL=me@example.com, you@example.com

DATABASE_URL=postgresql://me:{SECRETS[0]}@db.example:5432/foresto
SLACK_WEBHOOK_URL=https://hooks.example.com/{SECRETS[1]}
FORESTO_PING_URL=https://hc-ping.example/{SECRETS[1]}/{{job}}
FORESTO_KRX_DAILY_BUDGET=100
FORESTO_LOG_LEVEL=info
OTHER=${{HOME}}
"""
TOML = (
    "".join(
        f'{name.lower()} = "{value}"\n'
        for name, value in (line.removeprefix("export ").split("=", 1) for line in ENV.splitlines() if "=" in line)
        if name != "OTHER"
    )
    .replace('""', '"')
    .replace("\"'", '"')
    .replace("'\"", '"')
)
PIECES = (
    "\u00a0", "\u200b", "\ufeff", "“", "”", "…", '"', "'", "\\", "=", ":", "#", "$", "${", "}", "\x00", "\x1b[2J",
    "\r", "\n", "\t", " ", "[", "]", "{", "가", "=\n", '"""', "export ", "KRX_ID", "FORESTO_", "@", "://", "/", "..",
    ",", "9" * 5000, "[" * 3000, "\ud800", "\u202e", "%", "%00", "a" * 70, "\u2028", "é", "０",
)  # fmt: skip


def mutate(text: str, chance: random.Random) -> bytes:
    """Return the text with one to four accidents."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        accident = chance.randrange(7)
        if accident == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif accident == 1:
            text = text[:at] + text[min(end, at + 3) :]
        elif accident == 2:
            text = text[:at] + chance.choice(PIECES) + text[at + 1 :]
        elif accident == 3:
            lines = text.split("\n")
            chance.shuffle(lines)
            text = "\n".join(lines)
        elif accident == 4:
            text = text[:end]
        elif accident == 5:
            text = text.replace(chance.choice(("=", '"', "\n", "_", "KRX", "@", "://")), chance.choice(PIECES), 1)
        else:
            text = text[:at] + text[at:end][:200] + text[at:]
    raw = bytearray(text.encode("utf-8", errors="surrogatepass"))
    if raw and chance.random() < 0.1:
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)
