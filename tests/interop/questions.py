"""The questions that both sides ask, and what is answered; `interop_wire/questions.rs` has the same."""


def question(number: int) -> dict:
    """The fields of the question of a number: no two alike, and none that prints plainly."""
    return {
        "text": f"it's \"№ {number}\"\n\tand a \\ \U0001f9e0",
        "count": number * 10**13,
        "ratio": (number - 500) / 7e6,
        "flag": number % 2 == 0,
        "tags": [f"a{number}", "it's", "\x7f\u200b"][: number % 4],
        "deep": {"a": [1.0, None, True, {"b'": 1e16}], "z": {"n": -number}},
    }


def answer(text: str, count: int) -> str:
    return f"{count}: {text[::-1]}"
