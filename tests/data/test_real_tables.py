"""The schemas of real tables, as an expert would draw them up."""

from pathlib import Path

import pytest
import torch

from pishro.data import TableEncoder, infer_schema, read_table, target_encoder, usable_rows

TABLES = Path(__file__).parents[2].parent / "shared" / "data" / "tabular"
pytestmark = pytest.mark.skipif(not TABLES.is_dir(), reason=f"the shared tables are not at {TABLES}")


@pytest.mark.parametrize(
    ("name", "target", "task", "inputs", "left_out"),
    [
        ("adult-train.csv", "income", "classification", 14, set()),
        ("ames.csv", "SalePrice", "regression", 79, {"Order", "PID"}),
        ("abalone.csv", "rings", "regression", 8, set()),
        ("bank-additional-full.csv", "y", "classification", 20, set()),
        ("bike-hour.csv", "cnt", "regression", 15, {"instant"}),
        ("bodyfat.arff", "class", "regression", 14, set()),
        ("california-housing.csv", "median_house_value", "regression", 9, set()),
        ("cpu.act.arff", "usr", "regression", 21, set()),
        ("credit-g.csv", "class", "classification", 20, set()),
        ("diamonds.csv", "price", "regression", 9, set()),
        ("house8L.arff", "price", "regression", 8, set()),
        ("letter.csv", "class", "classification", 16, set()),
        ("mpg.csv", "mpg", "regression", 7, {"name"}),
        ("penguins.csv", "species", "classification", 6, set()),
        ("phoneme.csv", "Class", "classification", 5, set()),
        ("servo.arff", "class", "regression", 4, set()),
        ("telco-churn.csv", "Churn", "classification", 19, {"customerID"}),
        ("titanic.csv", "Survived", "classification", 7, {"PassengerId", "Name", "Ticket", "Cabin"}),
    ],
)
def test_schema_and_features(name, target, task, inputs, left_out):
    frame = read_table(TABLES / name)
    schema = infer_schema(frame, target)
    assert (schema.task, len(schema.columns)) == (task, inputs)
    assert {c.name for c in schema.left_out} == left_out
    rows = usable_rows(frame, schema)
    encoder = TableEncoder.fit(rows, schema)
    x = encoder.transform(rows)
    assert x.shape == (len(rows), len(encoder.names))
    assert torch.isfinite(x).all()
    assert len(target_encoder(rows, schema).transform(rows[target])) == len(rows)
    assert encoder.check(rows) == []


def kinds(name: str, target: str) -> dict[str, str]:
    return {c.name: c.kind for c in infer_schema(read_table(TABLES / name), target).columns}


def test_kinds_that_are_easily_mistaken():
    assert kinds("telco-churn.csv", "Churn")["TotalCharges"] == "numeric"
    assert kinds("ames.csv", "SalePrice")["Lot Frontage"] == "numeric"
    assert kinds("ames.csv", "SalePrice")["MS SubClass"] == "categorical"
    assert kinds("bike-hour.csv", "cnt")["dteday"] == "date"
    assert kinds("servo.arff", "class")["pgain"] == "categorical"


def test_warnings():
    bike = " ".join(infer_schema(read_table(TABLES / "bike-hour.csv"), "cnt").warnings)
    assert "'casual' + 'registered'" in bike
    housing = infer_schema(read_table(TABLES / "california-housing.csv"), "median_house_value")
    assert any("capped" in note for note in housing.notes)


def test_adult_test_part_fits_the_training_part():
    train, test = read_table(TABLES / "adult-train.csv"), read_table(TABLES / "adult-test.csv")
    schema = infer_schema(train, "income")
    encoder = TableEncoder.fit(train, schema)
    assert torch.isfinite(encoder.transform(test)).all()
    assert len(target_encoder(train, schema).transform(test["income"])) == len(test)
