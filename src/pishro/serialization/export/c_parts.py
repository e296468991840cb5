"""Pieces of C that an exported source is put together from; each is used only where a program needs it."""

__all__ = ["HELPERS", "LEVEL_CODE"]

HELPERS: dict[str, str] = {
    "sigmoid": """static REAL sigmoid(REAL z)
{
    const REAL e = expSUFFIX(-fabsSUFFIX(z));
    return (z < 0 ? e : 1) / (1 + e);
}
""",
    "softplus": """static REAL softplus(REAL z)
{
    return (z > 0 ? z : 0) + log1pSUFFIX(expSUFFIX(-fabsSUFFIX(z)));
}
""",
    "month": """/* The month, 0 to 11, of whole days since 1970-01-01: eras of 400 years that begin in March. */
static double month(double days)
{
    const double shifted = days + 719468.0;
    const double era = floor(shifted / 146097.0);
    const double day = shifted - era * 146097.0;
    const double lost = floor(day / 1460.0) - floor(day / 36524.0) + floor(day / 146096.0);
    const double year = floor((day - lost) / 365.0);
    const double left = day - 365.0 * year - floor(year / 4.0) + floor(year / 100.0);
    const double from_march = floor((5.0 * left + 2.0) / 153.0);
    return from_march < 10.0 ? from_march + 2.0 : from_march - 10.0;
}
""",
    "normal_quantile": """/* The quantile of an equal mixture of Normals, by bisection between the components' own. */
static REAL normal_quantile(const REAL *center, const REAL *scale, int count, REAL level,
                            REAL normal, int halvings)
{
    REAL low = center[0] + normal * scale[0], high = low;
    for (int i = 1; i < count; i++) {
        const REAL end = center[i] + normal * scale[i];
        low = end < low ? end : low;
        high = end > high ? end : high;
    }
    for (int h = 0; h < halvings; h++) {
        const REAL middle = (low + high) / 2;
        REAL below = 0;
        for (int i = 0; i < count; i++)
            below += erfcSUFFIX((center[i] - middle) / (scale[i] * (REAL)1.4142135623730951));
        if (below < 2 * level * (REAL)count)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
""",
}

LEVEL_CODE = """
/* The row of a table of levels: the level's own, that of any other level, or that of a missing cell. */
static int level_code(double cell, int levels)
{
    if (!isfinite(cell) || cell < 0)
        return levels + 1;
    return cell >= levels ? levels : (int)cell;
}
"""
