"""The known mistakes of the exercise ``frontier``, each as one change of the reference.

Here are those of the statistics of another domain; those within a batch and those over
several processes are in modules of their own.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises import frontier_batch_slips, frontier_sync_slips

_MEAN = "np.sum([x.sum(axis=0) for x in batches], axis=0) / count  # (D,)"
_SQUARES = "np.sum([((x - mean) ** 2).sum(axis=0) for x in batches], axis=0)  # (D,)"
_VAR = "var = squares / count"
_RETURN = "return mean, var"
_SUMS = "sums = [h @ weight for h in batches]  # (m, D_out) each"
_LAYERS = "for weight, gamma, beta, _, _ in layers:"
_RUNNING = "for weight, gamma, beta, old_mean, old_var in layers:"
_STATISTICS = "mean, var = statistics(sums)  # (D_out,)"
_FOUND = "found.append((mean, var))"
_SCALE = "scale = gamma / np.sqrt(var + eps)  # (D_out,)"
_NEXT = "batches = [np.maximum(scale * (z - mean) + beta, 0) for z in sums]"


def _adapt(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"adapt-{name}", "adapt_statistics", before, after, sentence)


ADAPT = (
    _adapt(
        "averages",
        f"{_MEAN}\n    squares = {_SQUARES}\n    {_VAR}",
        "np.mean([x.mean(axis=0) for x in batches], axis=0)\n"
        "    var = np.mean([x.var(axis=0) for x in batches], axis=0)",
        "You average the means and the variances of the batches. A batch of one row counts as much as one of six, and what lies "
        "between the means of the batches is in none of their variances.",
    ),
    _adapt(
        "weighted-averages",
        f"squares = {_SQUARES}",
        "squares = np.sum([len(x) * x.var(axis=0) for x in batches], axis=0)",
        "Your mean is right, but your variance is the weighted average of the variances of the batches. Each of them is measured "
        "from the mean of its own batch; what lies between those means is lost.",
    ),
    _adapt(
        "variance-averaged",
        _VAR,
        "var = np.mean([x.var(axis=0) for x in batches], axis=0)",
        "Your mean is right, but your variance is the plain average of the variances of the batches: they count alike whatever "
        "their size, and what lies between the batches is lost.",
    ),
    _adapt(
        "mean-of-means",
        _MEAN,
        "np.mean([x.mean(axis=0) for x in batches], axis=0)",
        "Your mean is the average of the means of the batches, in which a small batch counts as much as a large one. Your variance "
        "is measured from it.",
    ),
    _adapt(
        "only-the-mean-unweighted",
        _RETURN,
        "return np.mean([x.mean(axis=0) for x in batches], axis=0), var",
        "Your variance is right, but your mean is the average of the means of the batches, in which a small batch counts as much "
        "as a large one.",
    ),
    _adapt(
        "squares-averaged",
        f"squares = {_SQUARES}\n    {_VAR}",
        "var = np.mean([((x - mean) ** 2).mean(axis=0) for x in batches], axis=0)",
        "Your squared distances are measured from the right mean, but then averaged batch by batch, so that a small batch counts "
        "as much as a large one.",
    ),
    _adapt(
        "between-unweighted",
        _VAR,
        "var = np.sum([len(x) * x.var(axis=0) for x in batches], axis=0) / count\n"
        "    var = var + np.var([x.mean(axis=0) for x in batches], axis=0)",
        "You add the spread between the batches to the one within, which is the right idea. But in the spread between them all "
        "batches count alike, whatever their size.",
    ),
    _adapt(
        "between-only",
        _VAR,
        "var = np.var([x.mean(axis=0) for x in batches], axis=0)",
        "Your variance is that of the means of the batches. The spread of the rows within each batch is missing.",
    ),
    _adapt(
        "std-averaged",
        _VAR,
        "var = np.mean([x.std(axis=0) for x in batches], axis=0) ** 2",
        "Your variance is the square of an average of standard deviations. They cannot be averaged, and what lies between the "
        "batches is lost, too.",
    ),
    _adapt(
        "n-minus-1",
        _VAR,
        "var = squares / (count - 1)",
        "The variance of adapt_statistics divides by one less than the number of rows. It is to normalize these very rows, and "
        "divides by their number.",
    ),
    _adapt(
        "pooled",
        f"squares = {_SQUARES}\n    {_VAR}",
        "squares = np.sum([len(x) * x.var(axis=0) for x in batches], axis=0)\n"
        "    var = squares / (count - len(batches))",
        "Your variance is the pooled one of statistics: it is measured within the batches, and divides by the number of rows less "
        "the number of batches. Here all rows are one sample with one mean.",
    ),
    _adapt(
        "variance-sum",
        _VAR,
        "var = squares",
        "The variance of adapt_statistics is a sum of squares; it still has to be divided by the number of rows.",
    ),
    _adapt(
        "divides-by-batches",
        f"{_MEAN}\n    squares = {_SQUARES}\n    {_VAR}",
        "np.sum([x.sum(axis=0) for x in batches], axis=0) / len(batches)\n"
        "    squares = np.sum([((x - mean) ** 2).sum(axis=0) for x in batches], axis=0)\n"
        "    var = squares / len(batches)",
        "You divide by the number of batches. The sums run over rows, so it is their number that divides.",
    ),
    _adapt(
        "uncentered",
        "((x - mean) ** 2)",
        "(x**2)",
        "Your variance is the mean of the squares of x. A variance is measured from the mean.",
    ),
    _adapt(
        "standard-deviation",
        _VAR,
        "var = np.sqrt(squares / count)",
        "adapt_statistics returns the standard deviation as its second result; the variance is asked for.",
    ),
    _adapt(
        "last-batch",
        "count = sum(len(x) for x in batches)",
        "batches = batches[-1:]\n    count = sum(len(x) for x in batches)",
        "Your statistics are those of the last batch alone. All batches belong to the new domain.",
    ),
    _adapt(
        "first-batch",
        "count = sum(len(x) for x in batches)",
        "batches = batches[:1]\n    count = sum(len(x) for x in batches)",
        "Your statistics are those of the first batch alone. Perhaps the loop returns too early.",
    ),
    _adapt(
        "halving",
        f"{_MEAN}\n    squares = {_SQUARES}\n    {_VAR}",
        "batches[0].mean(axis=0)\n"
        "    var = batches[0].var(axis=0)\n"
        "    for x in batches[1:]:\n"
        "        mean = (mean + x.mean(axis=0)) / 2\n"
        "        var = (var + x.var(axis=0)) / 2",
        "You take the middle between what you have and the next batch. After three batches the last one counts half, and the "
        "first two a quarter each.",
    ),
    _adapt(
        "running-average",
        f"{_MEAN}\n    squares = {_SQUARES}\n    {_VAR}",
        "0.0\n    var = 1.0\n"
        "    for x in batches:\n"
        "        mean = 0.9 * mean + 0.1 * x.mean(axis=0)\n"
        "        var = 0.9 * var + 0.1 * x.var(axis=0)",
        "You keep running averages, with a momentum of 0.1 from 0 and 1 on. Here nothing has to be forgotten: all rows are known, "
        "and all count alike.",
    ),
    _adapt(
        "swapped",
        _RETURN,
        "return var, mean",
        "Mean and variance have changed places in the result of adapt_statistics.",
    ),
    _adapt(
        "in-place",
        f"squares = {_SQUARES}",
        "for x in batches:\n        x -= mean\n"
        "    squares = np.sum([(x**2).sum(axis=0) for x in batches], axis=0)",
        "adapt_statistics changes the batches that it is given: an operator such as -= works in place.",
    ),
)


def _network(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"network-{name}", "adapt_network", before, after, sentence)


NETWORK = (
    _network(
        "step-towards",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}\n        {_FOUND}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        {_STATISTICS}\n"
        "        found.append((0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var))",
        "You move the running statistics a tenth of the way to those of the new domain. They are to be replaced.",
    ),
    _network(
        "old-statistics-inside",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}\n"
        f"        {_FOUND}\n        {_SCALE}\n        {_NEXT}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        {_STATISTICS}\n        {_FOUND}\n"
        "        scale = gamma / np.sqrt(old_var + eps)\n"
        "        batches = [np.maximum(scale * (z - old_mean) + beta, 0) for z in sums]",
        "The first layer is right. What the second one gets has been normalized with the old statistics of the first; after the "
        "adaptation it will get something else.",
    ),
    _network(
        "batch-by-batch-inside",
        f"{_SCALE}\n        {_NEXT}",
        "batches = [\n"
        "            np.maximum(gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta, 0)\n"
        "            for z in sums\n        ]",
        "The first layer is right. On the way to the second you normalize each batch with its own statistics, as training mode "
        "does; in evaluation all batches will be normalized with those of the whole domain.",
    ),
    _network(
        "averaged-over-batches",
        _STATISTICS,
        "each = [statistics([z]) for z in sums]\n"
        "        mean, var = np.mean([m for m, _ in each], axis=0), np.mean([v for _, v in each], axis=0)",
        "You take statistics of each batch by itself and average them. Hand all batches of a layer over together.",
    ),
    _network(
        "first-batch",
        _STATISTICS,
        "mean, var = statistics(sums[:1])",
        "The statistics of each layer are taken from the first batch alone.",
    ),
    _network(
        "half-variance",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        mean, var = statistics(sums)[0], old_var",
        "The means are those of the new domain, but the variances are still the old ones: half an adaptation.",
    ),
    _network(
        "half-mean",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        mean, var = old_mean, statistics(sums)[1]",
        "The variances are those of the new domain, but the means are still the old ones: half an adaptation.",
    ),
    _network(
        "old-returned",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}\n        {_FOUND}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        {_STATISTICS}\n        found.append((old_mean, old_var))",
        "You return the statistics that the layers had before. Nothing has been adapted.",
    ),
    _network(
        "not-normalized-inside",
        f"{_SCALE}\n        {_NEXT}",
        "batches = [np.maximum(z, 0) for z in sums]",
        "The first layer is right. What the second one gets has not been normalized at all.",
    ),
    _network(
        "gamma-beta-ignored",
        f"{_SCALE}\n        {_NEXT}",
        "batches = [np.maximum((z - mean) / np.sqrt(var + eps), 0) for z in sums]",
        "On the way to the next layer, gamma and beta are left out. They stay as they are, but they are used.",
    ),
    _network(
        "gamma-ignored",
        _SCALE,
        "scale = 1 / np.sqrt(var + eps)",
        "On the way to the next layer, gamma is left out.",
    ),
    _network(
        "beta-ignored",
        _NEXT,
        "batches = [np.maximum(scale * (z - mean), 0) for z in sums]",
        "On the way to the next layer, beta is left out.",
    ),
    _network(
        "relu-missing",
        _NEXT,
        "batches = [scale * (z - mean) + beta for z in sums]",
        "On the way to the next layer, the ReLU is missing.",
    ),
    _network(
        "relu-first",
        f"{_SUMS}\n        {_STATISTICS}\n        {_FOUND}\n        {_SCALE}\n        {_NEXT}",
        "sums = [np.maximum(h @ weight, 0) for h in batches]\n"
        f"        {_STATISTICS}\n        {_FOUND}\n        {_SCALE}\n"
        "        batches = [scale * (z - mean) + beta for z in sums]",
        "Your ReLU comes before the normalization, so that the statistics are those of what it leaves. In these layers it comes "
        "after gamma and beta.",
    ),
    _network(
        "after-the-relu",
        f"{_FOUND}\n        {_SCALE}\n        {_NEXT}",
        f"{_SCALE}\n        {_NEXT}\n        found.append(statistics(batches))",
        "Your statistics are those of what leaves each layer. The layer needs those of what it normalizes: the sums, before it "
        "normalizes them.",
    ),
    _network(
        "eps-missing",
        "np.sqrt(var + eps)",
        "np.sqrt(var)",
        "On the way to the next layer, epsilon is left out.",
    ),
    _network(
        "eps-outside-root",
        "np.sqrt(var + eps)",
        "(np.sqrt(var) + eps)",
        "On the way to the next layer, epsilon is added to the standard deviation. It belongs to the variance, under the root.",
    ),
    _network(
        "root-missing",
        "np.sqrt(var + eps)",
        "(var + eps)",
        "On the way to the next layer you divide by the variance: the square root is missing.",
    ),
    _network(
        "swapped",
        _FOUND,
        "found.append((var, mean))",
        "Mean and variance have changed places in the result of adapt_network.",
    ),
    _network(
        "in-place",
        f"{_LAYERS}\n        {_SUMS}\n        {_STATISTICS}",
        f"{_RUNNING}\n        sums = [h @ weight for h in batches]\n        {_STATISTICS}\n"
        "        old_mean[:], old_var[:] = mean, var",
        "adapt_network writes into the running statistics that it is given. Return new ones, and leave the layers as they are.",
    ),
)

SLIPS = ADAPT + NETWORK + frontier_batch_slips.SLIPS + frontier_sync_slips.SLIPS
