def sliding_median(values, width):
    """Yield the median of each run of `width` neighbouring values."""
    if width < 1:
        raise ValueError("width must be positive")
    window = []
    for index, value in enumerate(values):
        bisect.insort(window, value)
        if len(window) > width:
            old = values[index - width]
            del window[bisect.bisect_left(window, old)]
        if len(window) == width:
            middle = width // 2
            if width % 2:
                yield window[middle]
            else:
                yield (window[middle - 1] + window[middle]) / 2
