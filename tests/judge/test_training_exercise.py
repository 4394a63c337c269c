"""The exercise `training`: its reference, and what its checks say to PyTorch code."""

import json
import linecache
import sys
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import autograder
from autograder.exercises import training_probes
from autograder.exercises.training import EXERCISE as TRAINING
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.reference import training as reference
from tests.judge import variants_training as variants
from tests.judge.support import SEEDS, lost

ROOT = Path(autograder.__file__).parents[1]
NAMED = {criterion.name for criterion in TRAINING.criteria}
WHOLE = {"accuracy", "no_leak"}
LAYER = {
    criterion.name
    for criterion in TRAINING.criteria
    if criterion.functions[0].startswith("layer_")
}
LOOP = {"steps", "train_mode", "history"}


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def layer():
    made = torch.nn.BatchNorm1d(3, eps=0.2, momentum=0.3, dtype=torch.float64)
    with torch.no_grad():
        made.weight.copy_(torch.tensor([2.0, -1.0, 0.5]))
        made.bias.copy_(torch.tensor([1.0, 0.0, -2.0]))
    return made


def arrays(*tensors):
    return [tensor.detach().numpy().copy() for tensor in tensors]


def test_a_new_layer_of_the_reference_is_pytorchs():
    fresh = torch.nn.BatchNorm1d(3)
    same(reference.layer_start(3), arrays(*fresh.state_dict().values()))
    assert tuple(fresh.state_dict()) == TRAINING.returns["layer_start"]


def test_the_reference_trains_a_layer_as_pytorch_does(layer, rng):
    batches = tuple(rng.normal(2, 3, (n, 3)) for n in (7, 4, 5))
    weight, bias = arrays(layer.weight, layer.bias)
    outputs, states = [], []
    for batch in batches:
        outputs += arrays(layer(torch.tensor(batch)))
        states.append(arrays(*list(layer.state_dict().values())[2:]))
    mean, var, count = map(np.stack, zip(*states, strict=True))
    same([reference.layer_train(batches, weight, bias, 0.2)], [np.vstack(outputs)])
    same(reference.layer_remembered(batches, 0.3), [mean, var])
    same([reference.layer_counted(batches)], [count])


def test_the_reference_evaluates_a_layer_as_pytorch_does(layer, rng):
    x, mean = rng.normal(size=(5, 3)), rng.normal(size=3)
    var = rng.uniform(1, 4, 3)
    weight, bias = arrays(layer.weight, layer.bias)
    layer.running_mean.copy_(torch.tensor(mean))
    layer.running_var.copy_(torch.tensor(var))
    y = arrays(layer.eval()(torch.tensor(x)))
    same([reference.layer_eval(x, weight, bias, mean, var, 0.2)], y)
    state = arrays(*list(layer.state_dict().values())[2:])
    same(reference.layer_rests(x, mean, var), state)


def test_the_reference_trains_a_network_as_pytorch_does(rng):
    batches, labels = rng.normal(size=(3, 4, 5)), rng.integers(3, size=(3, 4))
    start = rng.normal(size=(5, 3))
    weight = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.3)
    scale = torch.tensor([0, 1.5, 1.5, 0, 1.5]).double()
    for _ in range(2):
        for x, y in zip(batches, labels, strict=True):
            optimizer.zero_grad()
            logits = (torch.tensor(x) * scale) @ weight
            torch.nn.functional.cross_entropy(logits, torch.tensor(y)).backward()
            optimizer.step()
    same([reference.train_run(batches, labels, start, 2, 0.3)], arrays(weight))
    assert reference.train_passes(batches, 2) == 6
    assert reference.train_history(batches, 2).tolist() == [1.3, 2.3]


@pytest.mark.parametrize(
    ("centred", "dead"), [("before", {1, 4}), ("after", {4}), ("never", {4})]
)
def test_the_reference_finds_dead_what_theory_says(centred, dead, rng):
    weights = tuple(rng.normal(size=s) for s in ((4, 6), (6,), (6, 3), (3,)))
    x, labels = rng.normal(size=(8, 4)), rng.integers(3, size=8)
    flags, _ = reference.dead_flags(centred, x, labels, weights, 1.0)
    assert set(np.flatnonzero(flags)) == dead


def test_the_reference_counts_parameters_as_pytorch_does():
    linears = torch.nn.Linear(7, 5, bias=False), torch.nn.Linear(5, 3)
    count = sum(p.numel() for linear in linears for p in linear.parameters())
    assert reference.network_built(7, 5, 3) == (count, 1)


@cache
def cells(path):
    return nbformat.read(ROOT / path, as_version=4).cells


def notebook(changes=(), path="solutions/training/training.ipynb"):
    """Run a notebook's cells, but the checks, with some text of solutions changed."""
    namespace = {"__name__": "__main__", "np": np, "sys": sys}
    for cell in cells(path):
        mark = cell.metadata.get("nbgrader")
        if cell.cell_type == "code" and mark and not mark["grade"]:
            if cell.id == "set_up":
                continue
            source = cell.source
            for before, after in changes if mark["solution"] else ():
                source = source.replace(before, after)
            name = f"<{cell.id} {hash(source)}>"
            linecache.cache[name] = (1, None, source.splitlines(True), name)
            exec(compile(source, name, "exec"), namespace)
    return namespace


def judged(namespace, only=NAMED, seed=0):
    found = judge(TRAINING, LocalImplementation(namespace), seed, only)
    return {verdict.criterion: verdict for verdict in found}


def accepted(namespace, only=NAMED, seeds=SEEDS):
    for seed in seeds:
        found = judged(namespace, only, seed)
        assert not lost(found), [v.message for v in found.values() if v.message]


def test_the_solution_passes():
    accepted(notebook())


def test_an_empty_notebook_is_not_attempted():
    found = judged(notebook(path="chapters/exercises/training/training.ipynb"))
    assert {verdict.status for verdict in found.values()} == {"not attempted"}


@pytest.mark.parametrize("layer", variants.LAYERS, ids=lambda c: c.__name__)
def test_right_layers_are_accepted(layer):
    namespace = notebook()
    namespace["BatchNorm"] = layer
    accepted(namespace, LAYER, SEEDS[:2])
    if layer is not variants.Feature:  # which is slow
        accepted(namespace, {"accuracy"}, SEEDS[:1])


@pytest.mark.parametrize("which", range(3))
def test_right_networks_are_accepted(which):
    namespace = notebook()
    build = variants.networks(namespace["BatchNorm"])[which]
    namespace["make_network"] = build
    accepted(namespace, {"parameters", "order"})
    accepted(namespace, {"no_leak"}, SEEDS[:1])


OTHERS = [
    *[("train", f, LOOP) for f in variants.TRAINS],
    *[("predict", f, {"predictions", "looks_only"}) for f in variants.PREDICTS],
    *[("dead_parameters", f, {"dead", "spared"}) for f in variants.DEADS],
]


@pytest.mark.parametrize(
    ("name", "function", "only"),
    OTHERS,
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_right_loops_and_right_looks_are_accepted(name, function, only):
    namespace = notebook()
    namespace[name] = function
    accepted(namespace, only)


@pytest.mark.parametrize("choice", variants.CHOICES)
def test_the_band_of_accuracy_never_fails_a_network_that_has_learned(choice):
    """Slow or quick, long or short: there is room between the band and all of them."""
    namespace = notebook()
    namespace["fit_and_predict"] = variants.chosen(namespace, *choice)
    right = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        *given, labels = training_probes._split(rng, training_probes.TRAINING)
        predicted = namespace["digits_predicted"](*given, seed)
        right.append((predicted == labels).mean())
    assert min(right) > training_probes.ENOUGH + 0.05


#: What is changed in the solution, and the slips that are to be named for it.
WRONG = [
    ([("mu.detach(), self.momentum", "mu.detach(), 1 - self.momentum")],
     {"remembered-momentum-swapped-in-mean"}),
    ([(", self.momentum)\n", ", 0.1)\n")], {"remembered-momentum-fixed"}),
    ([(" * (x.shape[0] / (x.shape[0] - 1))", "")],
     {"remembered-biased-running-variance"}),
    ([("detach() * (x.shape[0] / (x.shape[0] - 1))", "detach().sqrt()")],
     {"remembered-biased-std-remembered"}),
    ([("dim=0, correction=0", "dim=0")],
     {"train-variance-n-minus-1", "remembered-corrected-twice"}),
    ([("sigma2, mu = torch", "mu, sigma2 = torch")],
     {"train-roles-exchanged", "remembered-roles-exchanged"}),
    ([("if self.training", "if torch.is_grad_enabled()")],
     {"modes-mode-from-gradients"}),
    ([("if self.training", "if True")],
     {"eval-with-the-batch", "rests-learns-and-counts"}),
    ([("running_var\", torch.ones", "running_var\", torch.zeros")],
     {"start-variance-zero"}),
    ([("self.num_batches_tracked += 1", "pass")], {"counted-does-not-count"}),
    ([("self.register_buffer(\"num_batches_tracked\", torch.tensor(0))",
       "self.num_batches_tracked = 0")], {"kept-plain-count"}),
    ([("self.running_mean.lerp_(mu.detach(), self.momentum)",
       "self.running_mean = self.running_mean.lerp(mu, self.momentum)")],
     {"backward-graph-kept"}),
    ([("(x - mu)", "(x - mu.detach())")], {"backward-mean-constant"}),
    ([("self.weight, x_hat", "self.weight.data, x_hat")], {"backward-weight-constant"}),
]  # fmt: skip
WRONG_AROUND = [
    ([("bias=False", "bias=True")], {"network-dead-bias"}),
    ([("BatchNorm(hidden)]", "torch.nn.ReLU(), BatchNorm(hidden)]")],
     {"order-relu-twice"}),
    ([("torch.nn.ReLU(), last", "torch.nn.ReLU(), last, torch.nn.Softmax(1)")],
     {"order-softmax-at-the-end"}),
    ([("        network.train()\n", "")],
     {"fit-never-train", "passes-never-train"}),
    ([("    while len(measured) < epochs:\n        network.train()",
       "    network.train()\n    while len(measured) < epochs:")],
     {"fit-train-once", "passes-first-epoch-only"}),
    ([("            optimizer.zero_grad()\n", "")], {"fit-gradients-add-up"}),
    ([("optimizer.step()", "optimizer.step(); network(images)")],
     {"passes-two-a-step"}),
    ([("lr=rate", "lr=rate, momentum=0.9")], {"fit-heavy-ball"}),
    ([("optim.SGD", "optim.Adam")], {"fit-adam"}),
    ([("optim.SGD", "optim.Adam"), (", labels)", ", labels, reduction='sum')")],
     {"fit-adam-loss-summed"}),
    ([("torch.argmax(network(x), dim=-1)", "network(x).softmax(-1).amax(-1)")],
     {"predict-largest-probability"}),
    ([("network.eval()\n    with", "with")], {"predict-training-mode"}),
    ([("network.eval()\n", "network.training = False\n")], {"predict-training-mode"}),
    ([("with torch.inference_mode()", "if network")], {"predict-recorded"}),
    ([("dim=-1", "dim=0")], {"predict-largest-over-rows"}),
    ([("network.train()(x)", "network(x)")], {"dead-evaluation-mode"}),
    ([("1e-6 * max(peaks)", "0")], {"dead-exactly-zero"}),
    ([("1e-6 * max(peaks)", "1e-8")], {"dead-absolute"}),
    ([("abs().max()", "mean().abs()")], {"dead-summed"}),
]  # fmt: skip
WRONG_WHOLE = [
    ([("    train(reader, shuffled, 8, 0.3, lambda network: None)\n", "")],
     {"digits-not-trained"}),
    ([("return predict(reader, test_x)", "return reader(test_x).argmax(1)")],
     {"digits-batch-of-the-test"}),
    ([("return predict(reader, test_x)",
       "reader.train()\n    reader(test_x)\n    return predict(reader, test_x)")],
     {"digits-batch-of-the-test"}),
]  # fmt: skip


def named(changes, only):
    found = judged(notebook(changes), only, 3)
    return {name for verdict in found.values() for name in verdict.slips}


@pytest.mark.parametrize(("changes", "slips"), WRONG)
def test_a_wrong_layer_is_told_its_mistake(changes, slips):
    assert named(changes, LAYER) == slips


@pytest.mark.parametrize(("changes", "slips"), WRONG_AROUND)
def test_a_mistake_around_the_layer_is_told(changes, slips):
    assert named(changes, NAMED - LAYER - WHOLE) == slips


@pytest.mark.parametrize(("changes", "slips"), WRONG_WHOLE)
def test_test_images_in_the_statistics_are_seen(changes, slips):
    assert named(changes, WHOLE) == slips


@pytest.mark.parametrize(
    ("before", "after", "only"),
    [
        ("mu.detach(), self.momentum", "mu.detach(), 0.4", {"running_mean"}),
        ("self.eps).rsqrt()", "1.0).rsqrt()", {"train_output", "eval_output"}),
        ('running_var", torch.ones', 'running_var", 4 * torch.ones', {"start"}),
        ("self.num_batches_tracked += 1", "pass", {"counted"}),
    ],
)
def test_a_mistake_costs_no_more_than_itself(before, after, only):
    assert lost(judged(notebook([(before, after)]), NAMED - WHOLE)) == only


@pytest.mark.parametrize(
    ("before", "after", "criterion", "words"),
    [
        (", BatchNorm(hidden)]", ", BatchNorm(features)]", "parameters",
         "not made for as many features as the hidden layer"),
        ("measured.append(measure(network))", "measured.append(measure)", "history",
         "did not return a list of the numbers that measure(network) gave."),
        ("return torch.addcmul(", "return x, torch.addcmul(", "train_output",
         "forward of BatchNorm returned a tuple; expected a tensor."),
        ("return torch.addcmul(", "torch.addcmul(", "train_output",
         "returned nothing; is the return statement missing?"),
        ("self.weight", "self.gamma", "kept", "There is no parameter weight:"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_the_words_of_the_exercise(before, after, criterion, words):
    found = judged(notebook([(before, after)]), {criterion})[criterion]
    assert words in found.message
    assert found.points == 0


def test_pytorchs_own_layer_is_refused():
    ready = [("BatchNorm(hidden)]", "torch.nn.BatchNorm1d(hidden)]")]
    found = judged(notebook(ready), {"order", "accuracy"})
    assert "0 of your BatchNorm" in found["order"].message
    assert "ready-made normalization" in found["accuracy"].message
    namespace = notebook()
    namespace["BatchNorm"] = torch.nn.BatchNorm1d
    assert "PyTorch's own" in judged(namespace, {"start"})["start"].message
    call = "torch.nn.functional.batch_norm(x, self.running_mean, self.running_var)"
    hidden = [("mu, sigma2 =", f"return {call}\n        mu, sigma2 =")]
    found = judged(notebook(hidden), {"eval_output"})
    assert "ready-made normalization" in found["eval_output"].message


def test_the_notebook_shows_the_rubric_by_which_the_reading_is_graded():
    path = ROOT / "chapters/exercises/training/training.ipynb"
    texts = ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]]
    for points, line in TRAINING.written[0].rubric:
        assert any(f"| {points} | {line} |" in text for text in texts), line
