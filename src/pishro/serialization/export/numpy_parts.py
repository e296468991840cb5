"""Pieces of Python that an exported NumPy file is put together from; each is used only where a program needs it."""

__all__ = ["HELPERS", "READING"]

HELPERS: dict[str, str] = {
    "_array": '''
def _array(text, *shape):
    """Numbers that were packed into a text."""
    return np.frombuffer(base64.b85decode(text), "<f8").reshape(shape)
''',
    "_sigmoid": """
def _sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)
""",
    "_erf": """
def _erf(z):
    return np.array(np.frompyfunc(math.erf, 1, 1)(z), dtype=float)
""",
    "_softmax": """
def _softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
""",
    "_month": '''
def _month(days):
    """The month, 0 to 11, of whole days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(float) % 12
''',
    "_distance": '''
def _distance(x, centers, weights):
    """Sums of weight (x - center)^2 by matrix products, both moved to the mean of the centers."""
    middle = centers.mean(-2, keepdims=True)
    x, centers = x - middle, centers - middle
    near = weights * centers
    u = x**2 @ weights.swapaxes(-1, -2) + (near * centers).sum(-1)[..., None, :]
    return np.maximum(u - 2 * (x @ near.swapaxes(-1, -2)), 0)
''',
    "_join": """
def _join(*parts):
    rows = np.broadcast_shapes(*[p.shape[:-1] for p in parts])
    return np.concatenate([np.broadcast_to(p, rows + p.shape[-1:]) for p in parts], -1)
""",
    "_outer": """
def _outer(x, y):
    z = x[..., :, None] * y[..., None, :]
    return z.reshape(z.shape[:-2] + (-1,))
""",
    "_windows": '''
def _windows(x, grid, window, stride, padding):
    """(..., N, channels, places down, places across, *window) of images."""
    x = x.reshape(x.shape[:-1] + grid)
    around = [(0, 0)] * (x.ndim - 2) + [(p, p) for p in padding]
    x = np.lib.stride_tricks.sliding_window_view(np.pad(x, around), window, (-2, -1))
    return x[..., :: stride[0], :: stride[1], :, :]
''',
    "_convolve": """
def _convolve(x, weight, bias, grid, stride, padding):
    u = _windows(x, grid, weight.shape[-2:], stride, padding)
    members = "k" if weight.ndim == 5 else ""
    rows = "k" if u.ndim == 7 else ""
    z = np.einsum(f"{rows}nchwij,{members}ocij->{rows or members}nohw", u, weight, optimize=True)
    z = z + bias[..., None, :, None, None]
    return z.reshape(z.shape[:-3] + (-1,))
""",
    "_pool": """
def _pool(x, kind, grid, window, stride):
    z = getattr(_windows(x, grid, window, stride, (0, 0)), kind)((-2, -1))
    return z.reshape(z.shape[:-3] + (-1,))
""",
    "_normal_quantile": '''
def _normal_quantile(centers, scales, level, normal, halvings):
    """The quantile of an equal mixture of Normals, by bisection between those of its components."""
    ends = centers + normal * scales
    low, high = ends.min(-1, keepdims=True), ends.max(-1, keepdims=True)
    for _ in range(halvings):
        middle = (low + high) / 2
        below = (0.5 + 0.5 * _erf((middle - centers) / (scales * 2**0.5))).mean(-1, keepdims=True) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
''',
}

NEEDS = {"_convolve": ("_windows",), "_pool": ("_windows",), "_normal_quantile": ("_erf",)}
"""Pieces that a piece calls."""

READING = '''
_BLANK = set("|na|n/a|#n/a|#na|<na>|nan|null|?|-|--|.|nat".split("|"))
_NOTHING = _BLANK | {"none", "unknown", "missing", "nil"}
_TRUE, _FALSE = ({"true", "yes", "y", "t", "on", "1"}, {"false", "no", "n", "f", "off", "0"})


def _number(cell):
    return math.nan if cell is None else float(cell)


def _day(cell):
    """Days since 1970-01-01 of a date, a date and time, an ISO text, or such a number."""
    if cell is None or isinstance(cell, (int, float)):
        return _number(cell)
    days = (np.datetime64(cell, "us") - np.datetime64(0, "us")) / np.timedelta64(1, "D")
    return float(days)


def _level(cell):
    """A cell as text, None if it is blank; 3.0 reads 3."""
    if cell is None or isinstance(cell, float) and math.isnan(cell):
        return None
    if isinstance(cell, (bool, np.bool_)):
        return "true" if cell else "false"
    if isinstance(cell, (float, np.floating)):
        return str(int(cell)) if float(cell).is_integer() and abs(cell) < 2**53 else repr(float(cell))
    text = str(cell).strip()
    return None if text.lower() in _BLANK else text


def _truth(cell):
    text = _level(cell)
    if text is None or text.lower() in _NOTHING:
        return None
    return "yes" if text.lower() in _TRUE else "no" if text.lower() in _FALSE else text


def _coded(read, levels):
    """The reading of a cell as the code of its level; unknown ones and missing ones come last."""
    codes = {level: float(code) for code, level in enumerate(levels)}

    def code(cell):
        level = read(cell)
        return len(codes) + 1.0 if level is None else codes.get(level, float(len(codes)))

    return code
'''
