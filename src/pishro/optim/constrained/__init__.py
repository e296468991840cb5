"""Constraints: sets with a projection, and general equalities and inequalities."""

__all__: list[str] = []
