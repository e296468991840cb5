"""MPS and QPS files: what every section means, what is refused, and that a program returns from its text."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pishro import optim
from pishro.errors import DataError, SettingError

FIXED = """\
* a comment
NAME          EXAMPLE
ROWS
 N  COST
 L  LIM 1
 G  LIM2
 E  MYEQN
COLUMNS
    X ONE     COST               1.0   LIM 1              1.0
    X ONE     LIM2               1.0
    Y         COST               2.0   LIM 1              1.0
    Y         MYEQN             -1.0
    Z         COST              -1.0   MYEQN              1.0
RHS
    RHS       LIM 1              4.0   LIM2               1.0
    RHS       MYEQN              7.0
BOUNDS
 UP BND       X ONE              4.0
 LO BND       Y                 -1.0
 UP BND       Y                  1.0
ENDATA
"""

HEAD = "ROWS\n N f\n L r\nCOLUMNS\n x f 1 r 1\n y f -1 r 2\n"


def read(folder: Path, text: str, **settings: bool) -> optim.RowProgram:
    path = folder / "a.mps"
    path.write_text(text, encoding="utf-8")
    return optim.read_mps(path, **settings)


def test_fixed_form_with_blanks_in_names(tmp_path: Path) -> None:
    program = read(tmp_path, FIXED)
    assert program.name == "EXAMPLE"
    assert program.variable_names == ("X ONE", "Y", "Z")
    assert program.row_names == ("LIM 1", "LIM2", "MYEQN")
    assert program.form.A.toarray().tolist() == [[1, 1, 0], [1, 0, 0], [0, -1, 1]]
    assert program.form.row_lower.tolist() == [-np.inf, 1, 7]
    assert program.form.row_upper.tolist() == [4, np.inf, 7]
    assert program.form.lower.tolist() == [0, -1, 0]
    assert program.form.upper.tolist() == [4, 1, np.inf]
    result = program.solve()
    assert result.x.tolist() == [1, -1, 6]
    assert result.value == -7


def test_free_form_is_the_same(tmp_path: Path) -> None:
    fixed = read(tmp_path, FIXED).form
    free = read(tmp_path, FIXED.replace("X ONE", "a_name_longer_than_eight").replace("LIM 1", "r")).form
    for name in ("c", "row_lower", "row_upper", "lower", "upper"):
        assert np.array_equal(getattr(fixed, name), getattr(free, name))
    assert (fixed.A != free.A).nnz == 0


@pytest.mark.parametrize(
    ("line", "limits"),
    [
        ("", (0, np.inf)),
        (" UP b x 4", (0, 4)),
        (" UP b x -4", (-np.inf, -4)),
        (" UP b x 0", (0, 0)),
        (" LO b x -9\n UP b x -4", (-9, -4)),
        (" UP b x -4\n LO b x -9", (-9, -4)),
        (" LO b x 2", (2, np.inf)),
        (" FX b x 3", (3, 3)),
        (" FR b x", (-np.inf, np.inf)),
        (" MI b x", (-np.inf, np.inf)),
        (" MI b x 0", (-np.inf, np.inf)),
        (" MI x", (-np.inf, np.inf)),
        (" MI b x\n UP b x 3", (-np.inf, 3)),
        (" UP b x 3\n PL b x", (0, np.inf)),
        (" UP x 3", (0, 3)),
        (" LO b x -1e30", (-np.inf, np.inf)),
        (" UP b x 1D1", (0, 10)),
    ],
)
def test_bounds(tmp_path: Path, line: str, limits: tuple[float, float]) -> None:
    form = read(tmp_path, f"{HEAD}BOUNDS\n{line}\nENDATA\n").form
    assert (form.lower[0], form.upper[0]) == limits
    assert (form.lower[1], form.upper[1]) == (0, np.inf)


@pytest.mark.parametrize(
    ("sense", "reach", "limits"),
    [
        ("L", 2, (3, 5)),
        ("L", -2, (3, 5)),
        ("G", 2, (5, 7)),
        ("G", -2, (5, 7)),
        ("E", 2, (5, 7)),
        ("E", -2, (3, 5)),
        ("E", 0, (5, 5)),
        ("L", 1e30, (-np.inf, 5)),
    ],
)
def test_ranges(tmp_path: Path, sense: str, reach: float, limits: tuple[float, float]) -> None:
    text = f"{HEAD}RHS\n rhs r 5\nRANGES\n rng r {reach}\nENDATA\n".replace(" L r", f" {sense} r")
    form = read(tmp_path, text).form
    assert (form.row_lower[0], form.row_upper[0]) == limits


def test_set_names_may_be_missing(tmp_path: Path) -> None:
    form = read(tmp_path, f"{HEAD}RHS\n r 5 f 2\nRANGES\n r 3\nENDATA\n").form
    assert (form.row_lower[0], form.row_upper[0], form.constant) == (2, 5, -2)


@pytest.mark.parametrize("asks", ["OBJSENSE\n MAX\n", "OBJSENSE MAXIMIZE\n"])
def test_a_maximum(tmp_path: Path, asks: str) -> None:
    program = read(tmp_path, f"{asks}{HEAD}RHS\n rhs r 4 f -10\nENDATA\n")
    result = program.solve()
    assert program.maximize
    assert result.x.tolist() == [4, 0]
    assert result.value == 14


def test_further_free_rows_limit_nothing(tmp_path: Path) -> None:
    text = HEAD.replace(" L r", " N g\n L r").replace(" y f -1", " x g 1\n y f 1")
    program = read(tmp_path, f"{text}RHS\n rhs g 3\nENDATA\n")
    assert program.row_names == ("r",)
    assert program.form.A.toarray().tolist() == [[1, 2]]


def test_quadratic_sections(tmp_path: Path) -> None:
    triangle = read(tmp_path, f"{HEAD}QUADOBJ\n x x 4\n x y 1\n y y 2\nENDATA\n").form.Q
    section = read(tmp_path, f"{HEAD}QSECTION\n x x 4\n y x 1\n y y 2\nENDATA\n").form.Q
    whole = read(tmp_path, f"{HEAD}QMATRIX\n x x 4\n x y 1\n y x 1\n y y 2\nENDATA\n").form.Q
    for Q in (triangle, section, whole):
        assert Q is not None
        assert Q.toarray().tolist() == [[4, 1], [1, 2]]


def test_whole_numbers_are_refused_or_relaxed(tmp_path: Path) -> None:
    marked = HEAD.replace(" y f", " M 'MARKER' 'INTORG'\n y f") + " M 'MARKER' 'INTEND'\n z f 1\n"
    with pytest.raises(DataError, match=r"line 6 .*relax"):
        read(tmp_path, f"{marked}ENDATA\n")
    form = read(tmp_path, f"{marked}BOUNDS\n LI b x 2\n UI b x 5\n BV b z\nENDATA\n", relax=True).form
    assert form.lower.tolist() == [2, 0, 0]
    assert form.upper.tolist() == [5, 1, 1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "ENDATA"),
        (HEAD, "cut off"),
        ("ROWS\n L r\nCOLUMNS\n x r 1\nENDATA\n", "type N"),
        ("ROWS\n N f\nENDATA\n", "variables"),
        (" x f 1\n", "line 1: Expected one of the sections"),
        ("ROSW\n", "line 1.*Did you mean 'ROWS'"),
        ("ROWS\n X f\n", "line 2 of section ROWS: No type of row"),
        ("ROWS\n N f\n L f\n", "line 3.*before"),
        ("ROWS\n N\n", "line 2.*missing"),
        (f"{HEAD} x q 1\n", "line 7 of section COLUMNS.*No row is named 'q'"),
        (f"{HEAD} z r one\n", "line 7.*number, found 'one'"),
        (f"{HEAD} z r nan\n", "line 7.*number"),
        (f"{HEAD} z r\n", "line 7.*pairs"),
        (f"{HEAD} x r 2\n", "line 7.*before"),
        (f"{HEAD}RHS\n a r 1\n b r 2\n", "line 9.*second set 'b'"),
        (f"{HEAD}RHS\n a r 1\n a r 2\n", "line 9.*before"),
        (f"{HEAD}RANGES\n a f 1\n", "line 8.*objective"),
        (f"{HEAD}BOUNDS\n XX b x 1\n", "line 8.*No type of bound"),
        (f"{HEAD}BOUNDS\n UP b w 1\n", "line 8.*No variable is named 'w'"),
        (f"{HEAD}BOUNDS\n UP b x\n", "line 8"),
        (f"{HEAD}BOUNDS\n SC b x 1\n", "line 8.*No type of bound"),
        (f"{HEAD}BOUNDS\n BV b x\n", "line 8.*[Ww]hole"),
        (f"{HEAD}BOUNDS\n LO b x 3\n UP b x 2\nENDATA\n", "3 ≤ x ≤ 2"),
        (f"{HEAD}QUADOBJ\n x y 1\n y x 1\n", "line 9.*before"),
        (f"{HEAD}QUADOBJ\n x w 1\n", "line 8.*No variable"),
        (f"{HEAD}QUADOBJ\n x x -1\nENDATA\n", "eigenvalue -1"),
        (f"{HEAD}QMATRIX\n x y 1\nENDATA\n", "symmetric"),
        (f"{HEAD}INDICATORS\n", "line 7.*No section"),
        ("OBJSENSE\n UP\n", "line 2.*sense"),
        ("\x00\x01\x7fELF", "line 1"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(DataError, match=word) as caught:
        read(tmp_path, text)
    assert "a.mps" in str(caught.value)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        optim.read_mps(tmp_path / "none.mps")
    with pytest.raises(DataError, match="cannot be opened"):
        optim.read_mps(tmp_path)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_program_returns_from_its_text(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    g = np.random.default_rng(seed)
    n, m, k = g.integers(1, 6), g.integers(0, 6), g.integers(0, 3)
    A, E = g.normal(size=(m, n)) * g.integers(0, 2, (m, n)), g.normal(size=(k, n))
    bounds = np.sort(g.normal(size=(n, 2)), axis=1)
    bounds[g.random(n) < 0.3, 0] = -np.inf
    bounds[g.random(n) < 0.3, 1] = np.inf
    bounds[g.random(n) < 0.2] = 0.5
    root = g.normal(size=(n, n))
    arguments = (g.normal(size=n), A, g.normal(size=m), E, g.normal(size=k), bounds)
    program = optim.QuadraticProgram(root.T @ root, *arguments) if seed % 2 else optim.LinearProgram(*arguments)
    form, back = program.form, read(tmp_path_factory.mktemp("mps"), optim.mps_text(program)).form
    for name in ("c", "row_lower", "row_upper", "lower", "upper"):
        assert np.array_equal(getattr(form, name), getattr(back, name)), name
    assert np.array_equal(form.A.toarray(), back.A.toarray())
    assert (form.Q is None) == (back.Q is None)
    if form.Q is not None and back.Q is not None:
        assert np.array_equal(form.Q.toarray(), back.Q.toarray())


def test_ranges_names_and_constants_return(tmp_path: Path) -> None:
    text = f"NAME diet\n{HEAD}RHS\n rhs r 5 f 2\nRANGES\n rng r 3\nENDATA\n"
    program = read(tmp_path, text)
    back = read(tmp_path, optim.mps_text(program))
    assert (back.name, back.row_names, back.variable_names) == ("diet", ("r",), ("x", "y"))
    assert (back.form.row_lower[0], back.form.row_upper[0], back.form.constant) == (2, 5, -2)


def test_names_with_blanks_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="without blanks"):
        optim.mps_text(read(tmp_path, FIXED))
