"""Right solutions of the exercise `training` in other styles.

Those in PyTorch are what students write; test_training_exercise.py puts them into the
notebook. `ALL` are the same arithmetic in NumPy, of which the mutation run makes
mistakes.
"""

import copy

import numpy as np
import torch
from torch.nn import functional


class InTwoMethods(torch.nn.Module):
    """Keep each mode in a method; write the statistics in place."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = torch.nn.Parameter(torch.empty(num_features))
        self.bias = torch.nn.Parameter(torch.empty(num_features))
        self.register_buffer("running_mean", torch.empty(num_features))
        self.register_buffer("running_var", torch.empty(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        self.reset()

    def reset(self):
        torch.nn.init.ones_(self.weight)
        torch.nn.init.zeros_(self.bias)
        self.running_mean.zero_()
        self.running_var.fill_(1)

    def forward(self, x):
        return self.learning(x) if self.training else self.knowing(x)

    def learning(self, x):
        centred = x - x.mean(0, keepdim=True)
        var = centred.square().mean(0)
        with torch.no_grad():
            m = self.momentum
            self.running_mean.mul_(1 - m).add_(x.mean(0), alpha=m)
            self.running_var.mul_(1 - m).add_(x.var(0), alpha=m)
            self.num_batches_tracked.add_(1)
        return self.weight * centred / (var + self.eps).sqrt() + self.bias

    def knowing(self, x):
        slope = self.weight / torch.sqrt(self.running_var + self.eps)
        return x * slope + (self.bias - self.running_mean * slope)


class Assigned(torch.nn.Module):
    """Assign new buffers in each step; the mean of squares minus the square."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.register_parameter("weight", torch.nn.Parameter(torch.ones(num_features)))
        self.register_parameter("bias", torch.nn.Parameter(torch.zeros(num_features)))
        for name, start in (("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((num_features,), start))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            n = len(x)
            mean = x.sum(dim=0) / n
            var = (x - mean).pow(2).sum(dim=0) / n
            old, new = 1 - self.momentum, self.momentum
            self.running_mean = old * self.running_mean + new * mean.data
            self.running_var = old * self.running_var + new * var.data * n / (n - 1)
            self.num_batches_tracked = self.num_batches_tracked + 1
        return torch.nn.functional.linear(
            (x - mean) / torch.sqrt(var + self.eps), torch.diag(self.weight), self.bias
        )


class Feature(torch.nn.Module):
    """Loop over the features, one column at a time."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        ones, zeros = torch.ones(num_features), torch.zeros(num_features)
        self.weight, self.bias = map(torch.nn.Parameter, (ones, zeros))
        self.register_buffer("running_mean", zeros.clone())
        self.register_buffer("running_var", ones.clone())
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        columns = []
        for d in range(x.shape[1]):
            column = x[:, d]
            if self.training:
                mean = torch.mean(column)
                var = torch.mean((column - mean) ** 2)
                n = column.numel()
                self._remember(d, mean.detach(), var.detach() * n / (n - 1))
            else:
                mean, var = self.running_mean[d], self.running_var[d]
            normal = (column - mean) / torch.sqrt(var + self.eps)
            columns.append(self.weight[d] * normal + self.bias[d])
        self.num_batches_tracked += int(self.training)
        return torch.stack(columns, dim=1)

    def _remember(self, d, mean, var):
        self.running_mean[d] += self.momentum * (mean - self.running_mean[d])
        self.running_var[d] += self.momentum * (var - self.running_var[d])


LAYERS = [InTwoMethods, Assigned, Feature]


def networks(layer):
    """Return ways to build the network around a layer."""

    class Net(torch.nn.Module):
        def __init__(self, features, hidden, classes):
            super().__init__()
            # Defined in another order than used.
            self.out = torch.nn.Linear(hidden, classes)
            self.norm = layer(hidden)
            self.lin = torch.nn.Linear(features, hidden, bias=False)

        def forward(self, x):
            return self.out(functional.relu(self.norm(self.lin(x))))

    def nested(features, hidden, classes):
        hidden_part = torch.nn.Sequential(
            torch.nn.Linear(features, hidden, False),
            layer(hidden, momentum=0.1),
            torch.nn.ReLU(inplace=True),
        )
        return torch.nn.Sequential(hidden_part, torch.nn.Linear(hidden, classes, True))

    class Listed(torch.nn.Module):
        def __init__(self, features, hidden, classes):
            super().__init__()
            self.steps = torch.nn.ModuleList()
            self.steps.append(torch.nn.Linear(features, hidden, bias=None))
            self.steps.append(layer(num_features=hidden))
            self.steps.append(torch.nn.Linear(hidden, classes))

        def forward(self, x):
            first, norm, last = self.steps
            return last(norm(first(x)).clamp(min=0))

    return [Net, nested, Listed]


def by_for(network, loader, epochs, rate, measure):
    """Clear first; one list comprehension less."""
    opt = torch.optim.SGD(network.parameters(), rate)
    criterion = torch.nn.CrossEntropyLoss()
    history = []
    for _ in range(epochs):
        for x, y in loader:
            network.train()
            opt.zero_grad(set_to_none=False)
            criterion(network(x), y).backward()
            opt.step()
        history.append(measure(network))
    return history


def by_hand(network, loader, epochs, rate, measure):
    """Take the steps without an optimizer; also print the loss of the same pass."""
    history, running = [], 0.0
    for _ in range(epochs):
        network.train()
        for x, y in loader:
            log_p = torch.log_softmax(network(x), dim=1)
            loss = -log_p[range(len(y)), y].mean()
            parameters = list(network.parameters())
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= rate * gradient
            running += loss.item()
        history = [*history, measure(network)]
    return history


def restoring(network, loader, epochs, rate, measure):
    """Go through the batches by their number; switch modes right away."""
    mode = network.training
    optimizer = torch.optim.SGD([{"params": network.parameters()}], lr=rate)
    found = torch.zeros(epochs).tolist()
    for number in range(epochs):
        network.train(True)
        for _, (x, y) in enumerate(loader):
            network.zero_grad()
            loss = functional.nll_loss(functional.log_softmax(network(x), 1), y)
            loss.backward()
            optimizer.step()
        found[number] = measure(network)
    network.train(mode)
    return found


def curious(network, loader, epochs, rate, measure):
    """Look at the accuracy on the training images after each epoch, too."""
    optimizer, history, right = torch.optim.SGD(network.parameters(), rate), [], []
    for _ in range(epochs):
        network = network.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(x), y, reduction="none").mean()
            loss.backward()
            optimizer.step()
        network = network.eval()
        for x, y in loader:
            right.append((network(x).argmax(dim=1) == y).float().mean())
        history += [measure(network)]
    return tuple(history)


TRAINS = [by_for, by_hand, restoring, curious]


@torch.no_grad()
def decorated(network, x):
    """Switch gradients off for the whole function."""
    network.eval()
    _, place = network(x).max(dim=1)
    return place


def put_back(network, x):
    """Leave the network in the mode it came in."""
    before = network.training
    network.train(False)
    with torch.no_grad():
        probabilities = torch.softmax(network(x), dim=1)
    network.train(before)
    return probabilities.argmax(1).cpu()


def in_parts(network, x):
    """Predict in parts of seven rows, with a copy."""
    looked_at = copy.deepcopy(network).eval()
    with torch.inference_mode():
        parts = [looked_at(part).argmax(dim=-1) for part in x.split(7)]
    return torch.cat(parts)


PREDICTS = [decorated, put_back, in_parts]


def with_copy(network, x, y):
    """Leave the network alone."""
    looked_at = copy.deepcopy(network)
    looked_at.train()
    looked_at.zero_grad()
    functional.cross_entropy(looked_at(x), y).backward()
    sizes = {
        name: 0.0 if p.grad is None else float(p.grad.abs().max())
        for name, p in looked_at.named_parameters()
    }
    limit = 1e-6 * max(sizes.values())
    return [name for name, size in sizes.items() if size <= limit]


def by_norm(network, x, y):
    """Measure gradients by their length."""
    network.train()
    for parameter in network.parameters():
        parameter.grad = None
    torch.nn.CrossEntropyLoss()(network(x), y).backward()
    lengths = {}
    for name, parameter in network.named_parameters():
        gradient = parameter.grad
        lengths[name] = 0.0 if gradient is None else gradient.norm().item()
    largest = max(lengths.values())
    return {name for name in lengths if lengths[name] < 1e-6 * largest}


DEADS = [with_copy, by_norm]


def by_rows(batches, weight, bias, eps):
    """Center, measure and scale each batch with one factor, in NumPy."""
    outputs = []
    for x in batches:
        centred = x - x.mean(axis=0)
        factor = weight * (np.mean(centred**2, axis=0) + eps) ** -0.5
        outputs.append(centred * factor + bias)
    return np.vstack(outputs)


def one_step_at_a_time(batches, momentum):
    """Move each statistic by a part of its distance, in NumPy."""
    mean, var = np.zeros(batches[0].shape[1]), np.ones(batches[0].shape[1])
    means, variances = [], []
    for x in batches:
        mean = mean + momentum * (x.mean(axis=0) - mean)
        var = var + momentum * (x.var(axis=0, ddof=1) - var)
        means.append(mean)
        variances.append(var)
    return np.stack(means), np.stack(variances)


def folded(x, weight, bias, mean, var, eps):
    """Make one multiplication and one addition of evaluation mode, in NumPy."""
    slope = weight / np.sqrt(var + eps)
    return x * slope + (bias - mean * slope)


def in_stages(x, dy, weight, bias, eps):
    """Go back step by step and in one expression, in NumPy."""
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(np.mean(centred**2, axis=0) + eps)
    d_normal = dy * weight
    d_var = (d_normal * centred).sum(axis=0) * -0.5 * inverse**3
    d_mean = -inverse * d_normal.sum(axis=0)
    dx = d_normal * inverse + (2 * centred * d_var + d_mean) / len(x)
    flat = centred * inverse
    compact = d_normal - d_normal.mean(axis=0) - flat * (d_normal * flat).mean(axis=0)
    return np.round(dx - compact * inverse, 3), 0 * weight, 0 * bias, 0.0


def counted_together(features, hidden, classes):
    """Add up what belongs to one hidden unit, for all of them."""
    return hidden * (features + classes) + classes, 1.0


def by_einsum(x, first, last, shift):
    """Multiply matrices by their indices, in NumPy."""
    entered = np.einsum("nd,dh->nh", x, first)
    active = np.where(entered < 1, 1 - entered, 0)
    return entered, np.einsum("nh,hc->nc", active, last) + shift


def largest_logit(x, weight):
    """Look for the largest logit row by row, in NumPy."""
    return np.array([np.argmax(row @ weight) for row in x]), 0.0, 0.0


ALL = [
    by_rows,
    one_step_at_a_time,
    folded,
    in_stages,
    counted_together,
    by_einsum,
    largest_logit,
]
#: Rates and epochs with which a right solution may train: a slow one, a quick one.
CHOICES = [(30, 10, 0.1), (64, 20, 0.3), (16, 5, 0.05), (100, 30, 1.0)]


def chosen(parts, size, epochs, rate, hidden=32):
    """Return a fit_and_predict of a notebook's own parts with these settings."""

    def fit_and_predict(train_x, train_y, test_x):
        network = parts["make_network"](train_x.shape[1], hidden, 10)
        order = torch.randperm(len(train_x))
        images, labels = train_x[order].split(size), train_y[order].split(size)
        batches = list(zip(images, labels, strict=True))
        parts["train"](network, batches, epochs, rate, lambda network: None)
        return parts["predict"](network, test_x)

    return fit_and_predict
