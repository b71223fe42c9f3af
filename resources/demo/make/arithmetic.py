"""Generated arithmetic: the one domain that needs no source."""

import random


def document(rng: random.Random) -> str:
    """One worksheet: a kind of exercise, or a mix, with right answers."""
    kinds = [_add, _subtract, _multiply, _divide, _compare, _sequence, _chain, _steps]
    chosen = rng.sample(kinds, rng.choice((1, 2, len(kinds))))
    lines = [rng.choice(chosen)(rng) for _ in range(rng.randint(10, 30))]
    return "\n".join(lines)


def _number(rng: random.Random, most: int = 4) -> int:
    return rng.randrange(10 ** rng.randint(1, most))


def _add(rng: random.Random) -> str:
    a, b = _number(rng), _number(rng)
    return f"{a} + {b} = {a + b}"


def _subtract(rng: random.Random) -> str:
    a, b = sorted((_number(rng), _number(rng)), reverse=True)
    return f"{a} - {b} = {a - b}"


def _multiply(rng: random.Random) -> str:
    a, b = _number(rng, 2), _number(rng, 2)
    return f"{a} * {b} = {a * b}"


def _divide(rng: random.Random) -> str:
    b = 1 + _number(rng, 2)
    a = _number(rng, 3)
    return f"{a} / {b} = {a // b} r {a % b}"


def _compare(rng: random.Random) -> str:
    a, b = _number(rng), _number(rng)
    return f"{a} {'<' if a < b else '>' if a > b else '='} {b}"


def _sequence(rng: random.Random) -> str:
    start, step = _number(rng, 2), rng.randint(1, 12)
    return ", ".join(str(start + step * i) for i in range(8))


def _chain(rng: random.Random) -> str:
    a, b, c = (_number(rng, 2) for _ in range(3))
    return f"({a} + {b}) * {c} = {a + b} * {c} = {(a + b) * c}"


def _steps(rng: random.Random) -> str:
    x, m, b = _number(rng, 2), rng.randint(2, 9), _number(rng, 2)
    return f"{m}x + {b} = {m * x + b} => {m}x = {m * x} => x = {x}"
