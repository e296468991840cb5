"""The report of a run: facts in, one HTML page or a summary in the terminal out.

This package imports nothing by itself, so asking for the terminal's summary does not load the drawing library:
`pishro.report.facts`, `pishro.report.html` and `pishro.report.terminal` are its doors.
"""

__all__: list[str] = []
