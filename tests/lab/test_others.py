"""The alternatives in the chapter's networks: gradients, determinism, known limits."""

from __future__ import annotations

import numpy as np
import pytest
from lab import others
from lab.axes import SHARED, draw_axes
from lab.data import Digits, digits
from lab.figures import as_svg
from lab.nets import BatchNorm, Layer, Net
from lab.normalizers import DynamicTanh, Renorm, RowNorm, Scale

from autograder.reference import alternatives as reference


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


def random_layer(layer: Layer, rng: np.random.Generator) -> Layer:
    """Move every parameter away from where it starts."""
    for name, value in layer.params.items():
        layer.params[name] = np.asarray(value + rng.normal(0, 0.3, np.shape(value)))
    return layer


@pytest.mark.parametrize(
    "layer",
    [
        RowNorm(6),
        RowNorm(6, groups=2),
        RowNorm(6, centre=False),
        DynamicTanh(6),
        Scale(0.5),
    ],
    ids=["layer", "group", "rms", "tanh", "scale"],
)
def test_gradients_match_finite_differences(layer: Layer) -> None:
    rng = np.random.default_rng(0)
    random_layer(layer, rng)
    x, upstream = rng.normal(1, 2, (5, 6)), rng.normal(size=(5, 6))
    layer.forward(x, True)
    dx, grads, step = layer.backward(upstream), dict(layer.grads), 1e-6

    def value() -> float:
        return float((layer.forward(x, True) * upstream).sum())

    def slope(array: np.ndarray, place: tuple[int, ...]) -> float:
        kept = array[place].copy()
        array[place] = kept + step
        high = value()
        array[place] = kept - step
        low = value()
        array[place] = kept
        return (high - low) / (2 * step)

    assert dx[2, 3] == pytest.approx(slope(x, (2, 3)), abs=1e-7)
    for name, array in layer.params.items():
        place = (1,) if np.ndim(array) else ()
        assert grads[name][place] == pytest.approx(slope(array, place), abs=1e-7)


def test_row_norms_are_those_of_the_exercise() -> None:
    rng = np.random.default_rng(1)
    x, ones = rng.normal(3, 2, (5, 6)), np.ones(6)
    y, _ = reference.layernorm(x, ones, 0 * ones, 1e-5)
    assert np.allclose(RowNorm(6).forward(x, True), y)
    images = x[:, :, None, None]
    y, _ = reference.groupnorm(images, ones, 0 * ones, 2, 1e-5)
    assert np.allclose(RowNorm(6, groups=2).forward(x, True), y[:, :, 0, 0])
    rms = RowNorm(6, centre=False).forward(x, True)
    assert np.allclose(rms, reference.rmsnorm(x, ones, 1e-5))


def test_renorm_starts_as_batch_norm_with_the_same_gradient() -> None:
    rng = np.random.default_rng(2)
    x, upstream = rng.normal(1, 2, (8, 3)), rng.normal(size=(8, 3))
    ours, theirs = Renorm(3, plain=1), BatchNorm(3)
    assert np.allclose(ours.forward(x, True), theirs.forward(x, True))
    assert np.allclose(ours.backward(upstream), theirs.backward(upstream))


def test_renorm_within_its_limits_is_what_evaluation_computes() -> None:
    rng = np.random.default_rng(3)
    layer = Renorm(3, plain=0)
    layer.kept_mean, layer.kept_var = np.full(3, 0.4), np.full(3, 2.0)
    x = rng.normal(0.5, 1.2, (16, 3))
    expected = (x - 0.4) / np.sqrt(2.0 + layer.eps)
    assert np.allclose(layer.forward(x, training=True), expected)


def test_batches_of_few_classes_hold_few_classes(data: Digits) -> None:
    stream = others.few_classes(
        data.train_x, data.train_y, 32, 2, np.random.default_rng(0)
    )
    seen = [np.unique(next(stream)[1]) for _ in range(30)]
    assert all(len(classes) == 2 for classes in seen)
    assert len(np.unique(seen)) == 10


@pytest.mark.parametrize("norm", others.NORMS)
def test_an_error_is_the_same_for_the_same_seed(data: Digits, norm: str) -> None:
    runs = [others.error(data, norm, 0.3, seed=1, steps=20) for _ in range(2)]
    assert runs[0] == runs[1] < 0.8


def test_a_skipinit_net_starts_as_its_first_and_last_layer(data: Digits) -> None:
    rng = np.random.default_rng(0)
    block = others.Residual(others._branch("skipinit", rng))
    x = rng.normal(size=(4, 32))
    assert np.array_equal(block.forward(x, True), x)


def test_a_deep_plain_net_overflows_and_counts_as_guessing(data: Digits) -> None:
    assert others.deep_error(data, "plain", 0.03, seed=0, depth=30, steps=5) == 0.9


def test_a_network_that_does_not_train_is_scored_all_the_same(data: Digits) -> None:
    net = Net([others.Linear(64, 10, np.random.default_rng(0))])
    stream = others.batches(data.train_x, data.train_y, 8, np.random.default_rng(0))
    assert 0.8 < others.trained_error(net, data, stream, 0.0, 1) < 1


def test_the_figure_marks_what_each_method_averages_over() -> None:
    assert {name: len(cells) for name, cells in SHARED.items()} == {
        "batch": 4,
        "layer": 6,
        "group": 3,
        "instance": 1,
    }
    svg = as_svg(draw_axes(), "Four grids of images and channels, with marked cells.")
    assert svg.count(">×</text>") == 14
