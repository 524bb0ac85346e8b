def parse_size(text):
    """Read sizes such as '12', '3k' or '1.5 GiB' and give bytes."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?\s*", text.lower())
    if match is None:
        raise ValueError(f"{text!r} is not a size")
    number, prefix, unit = match.groups()
    base = 1024 if unit == "ib" else 1000
    factor = base ** " kmgt".index(prefix or " ")
    size = decimal.Decimal(number) * factor
    if size != size.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number of bytes")
    return int(size)
