"""What a notebook shows of a fitted estimator below scikit-learn's own picture of its settings."""

__all__ = ["short_form"]

from html import escape

from pishro.models import TableModel


def short_form(model: TableModel) -> str:
    """Network and training as an HTML element, their characters only."""
    record = model.record
    reasons = [f"{record.reasons.count(reason)} × {reason}" for reason in dict.fromkeys(record.reasons)]
    facts = [
        ("columns", f"{len(model.encoder.columns):,}"),
        ("network", "; ".join(model.network.summary())),
        ("training", record.recipe),
        ("networks", f"{record.members:,} of {record.parameters:,} parameters on {record.rows:,} rows"),
        ("iterations", f"{record.iterations:,} in {record.seconds:.2g} s"),
        ("stopped", " ".join(reasons)),
    ]
    rows = "".join(
        f'<tr style="text-align: start"><th scope="row">{name}</th><td>{escape(fact)}</td></tr>' for name, fact in facts
    )
    return f"<table>{rows}</table>"
