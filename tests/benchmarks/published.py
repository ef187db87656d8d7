"""The experiments that dnnrun was founded on, and the figures that were published of them.

A literal table: what is trained and for how long, what was published, and how near a figure has to come. Where it may
be further off than `NEAR`, a sentence says why. `reproduce.py` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NEAR = 0.01


@dataclass(frozen=True)
class Measured:
    """What an experiment gave.

    Args:
        history: a list of values, one an epoch, by column.
        tests: the test figures by name, after each number of epochs at which the training was halted.
    """

    history: Mapping[str, Sequence[float]]
    tests: Mapping[int, Mapping[str, float]]

    @property
    def epochs(self) -> int:
        """How many were trained."""
        return len(self.history.get("loss", ()))


@dataclass(frozen=True)
class Figure:
    """One number of an experiment.

    Args:
        name: for the reader.
        published: what others have reported, or None to record ours.
        read: finds it in what was measured; raises LookupError where it is not.
        epochs: how long the training has to be for it; None for its own length.
        near: how far from the published one it may be.
        at_least: whether more than published is as good.
    """

    name: str
    published: float | None
    read: Callable[[Measured], float]
    epochs: int | None = None
    near: float = NEAR
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value comes near enough; of a figure that nobody published, always."""
        if self.published is None or (self.at_least and value >= self.published):
            return True
        return abs(value - self.published) <= self.near


@dataclass(frozen=True)
class Experiment:
    """A config to run.

    Args:
        name: of the config, and of the experiment.
        figures: what to look at.
        epochs: at which numbers of epochs the training is halted, tested and resumed; empty for the config's own.
        changes: to the config, as ``--set`` takes them.
        remark: what explains a difference, or what the figures show.
        is_fast: whether the subset that takes minutes has it, up to the first of ``epochs``.
        needs: which file it wants that is not part of dnnrun, and what to do with it.
        label: what tells it from others of the same config.
    """

    name: str
    figures: Sequence[Figure]
    epochs: Sequence[int] = ()
    changes: Sequence[str] = ()
    remark: str = ""
    is_fast: bool = False
    needs: str = ""
    label: str = ""

    @property
    def title(self) -> str:
        """Its name, and what tells it from others of the same config."""
        return f"{self.name} {self.label}".strip()


def at(epoch: int, column: str, published: float | None, **how: Any) -> Figure:
    """Return a figure of one epoch, counted from 1."""
    return Figure(
        f"{_said(column)}, epoch {epoch}", published, lambda m: m.history[column][epoch - 1], epochs=epoch, **how
    )


def last(column: str, published: float | None = None, **how: Any) -> Figure:
    """Return a figure of the last epoch."""
    return Figure(_said(column), published, lambda m: m.history[column][-1], **how)


def best(column: str, published: float | None = None, by: str = "val_loss", **how: Any) -> Figure:
    """Return a figure of the epoch that has the lowest validation loss."""
    return Figure(f"{_said(column)}, best epoch", published, lambda m: m.history[column][_best(m, by)], **how)


def best_epoch(published: float | None = None, by: str = "val_loss", **how: Any) -> Figure:
    """Return which epoch, counted from 1, has the lowest validation loss."""
    return Figure(f"epoch of the lowest {_said(by)}", published, lambda m: _best(m, by) + 1, **how)


def stopped(published: float | None = None, **how: Any) -> Figure:
    """Return after how many epochs the training ended."""
    return Figure("epochs until the stop", published, lambda m: m.epochs, **how)


def on_test(metric: str, published: float | None = None, epochs: int | None = None, **how: Any) -> Figure:
    """Return a figure on the test rows, after so many epochs or in the end."""
    when = "" if epochs is None else f", epoch {epochs}"
    return Figure(f"test {metric}{when}", published, lambda m: _test(m, epochs)[metric], epochs=epochs, **how)


def _said(column: str) -> str:
    return f"validation {column.removeprefix('val_')}" if column.startswith("val_") else f"train {column}"


def _best(measured: Measured, by: str) -> int:
    values = list(measured.history[by])
    return values.index(min(values))


def _test(measured: Measured, epochs: int | None) -> Mapping[str, float]:
    return measured.tests[max(measured.tests) if epochs is None else epochs]


OURS = (last("accuracy"), last("val_accuracy"), on_test("accuracy"), on_test("loss"))

EXPERIMENTS: Sequence[Experiment] = (
    Experiment(
        "mnist_adam",
        [
            at(5, "accuracy", 0.9754),
            at(10, "accuracy", 0.9856),
            on_test("accuracy", 0.9809, 10),
            on_test("loss", 0.0704, 10),
        ],
        epochs=(5, 10),
        remark="The published run had no validation rows; here 6,000 of the 60,000 are held out. The second "
        "five epochs are a resume.",
        is_fast=True,
    ),
    Experiment(
        "mnist_softmax_sgd",
        [
            at(20, "accuracy", 0.8996),
            at(20, "val_accuracy", 0.9070),
            on_test("accuracy", 0.9071, 20),
            on_test("accuracy", 0.9231, 200),
        ],
        epochs=(20, 200),
        is_fast=True,
    ),
    Experiment(
        "mnist_hidden_sgd",
        [
            at(20, "accuracy", 0.9081, near=0.04),
            at(20, "val_accuracy", 0.9140, near=0.04),
            on_test("accuracy", 0.9118, 20, near=0.04),
            at(6, "accuracy", None),
            at(6, "val_accuracy", None),
            on_test("accuracy", 0.9639, 50),
        ],
        epochs=(20, 50),
        remark="What was published of 20 epochs is what this net has after 6. Keras's own fit has 0.946, 0.946 and "
        "0.947 after 20, as dnnrun has; the figure of 50 epochs is met.",
        is_fast=True,
    ),
    Experiment(
        "mnist_dropout_sgd",
        [
            last("accuracy", 0.9170, at_least=True),
            last("val_accuracy", 0.9442, at_least=True),
            on_test("accuracy", 0.9415, at_least=True),
        ],
    ),
    Experiment(
        "mnist_dropout_rmsprop",
        [
            at(10, "accuracy", 0.9743),
            at(10, "val_accuracy", 0.9762),
            on_test("accuracy", 0.9764, 10),
            on_test("accuracy", None, 200),
            on_test("accuracy", None, 250),
        ],
        epochs=(10, 200, 250),
        is_fast=True,
    ),
    Experiment(
        "mnist_dropout_adam",
        [
            at(10, "accuracy", 0.9894, near=0.02),
            at(10, "val_accuracy", 0.9789),
            on_test("accuracy", 0.9782, 10),
            at(200, "accuracy", None),
            on_test("accuracy", None, 200),
        ],
        epochs=(10, 200),
        remark="The train accuracy is Keras's mean over the epoch, with dropout at work, as in all rows here; the "
        "published one, far above that of RMSprop, is what the net then has on the training rows: see the row below.",
        is_fast=True,
    ),
    Experiment(
        "mnist_dropout_adam",
        [on_test("accuracy", 0.9894, 10)],
        epochs=(10,),
        changes=["dataset.test={npz: {path: dnnrun/data/files/mnist.npz}}"],  # by name it is refused, as for a mistake
        label="on the training rows",
        remark="The same run, with the 60,000 training images in place of the test images, and so without dropout.",
    ),
    Experiment("mnist_512", [last("accuracy"), on_test("accuracy"), on_test("loss")], is_fast=True),
    *(
        Experiment(
            "fashion_sgdclassifier",
            [on_test("accuracy", published)],
            changes=[f"model.sklearn.SGDClassifier.max_iter={rounds}"],
            label=f"max_iter {rounds}",
        )
        for rounds, published in ((5, 0.8196), (9, 0.8304), (20, 0.8437))
    ),
    Experiment(
        "fashion_softmax",
        [last("accuracy", 0.8540), last("val_accuracy", 0.8507), last("val_loss", 0.4429)],
        is_fast=True,
    ),
    Experiment("fashion_sigmoid", [last("accuracy", 0.8779)], is_fast=True),
    Experiment(
        "fashion_relu",
        [last("accuracy", 0.8853), last("val_accuracy", 0.8748), last("val_loss", 0.3683, near=0.04)],
        remark="With RMSprop the validation loss jumps from epoch to epoch: fashion_curves, which is this run "
        "made longer, has 0.335 after epoch 5 and 0.368 after epoch 6.",
        is_fast=True,
    ),
    Experiment("fashion_sgd", [last("accuracy", 0.8474)], is_fast=True),
    Experiment("fashion_sgd_01", [last("accuracy", 0.8774)], is_fast=True),
    Experiment("fashion_momentum", [last("accuracy", 0.8773)], is_fast=True),
    Experiment("fashion_nesterov", [last("accuracy", 0.8795)], is_fast=True),
    Experiment("fashion_rmsprop", [last("accuracy", 0.8873)], is_fast=True),
    Experiment("fashion_adagrad", [last("accuracy", 0.8033)], is_fast=True),
    Experiment("fashion_adam", [last("accuracy", 0.8852), last("val_accuracy", 0.8737)], is_fast=True),
    Experiment("fashion_curves", [best_epoch(), best("val_loss"), last("val_loss"), last("accuracy")]),
    Experiment("fashion_curves_adam", [best_epoch(9, near=2), best("val_loss"), last("val_loss"), last("accuracy")]),
    Experiment("fashion_dropout", [best_epoch(), best("val_loss"), last("val_loss"), last("accuracy")]),
    Experiment("fashion_dropout_rmsprop", [best_epoch(), best("val_loss"), last("val_loss"), last("accuracy")]),
    Experiment("fashion_checkpoint", [best("val_accuracy", 0.8885), best("val_loss", 0.3210)]),
    Experiment("fashion_early_stopping", [stopped(11, near=3), best("val_loss")]),
    Experiment("fashion_logits", [last("accuracy"), on_test("accuracy"), on_test("loss")]),
    Experiment("fashion_onehot", [stopped(), best("val_accuracy"), on_test("accuracy")]),
    Experiment("fashion_functional", [stopped(), best("val_accuracy"), on_test("accuracy")]),
    Experiment(
        "pima_early_stopping",
        [
            stopped(16, near=4),
            last("val_accuracy", 0.756),
            last("val_loss", 0.508, near=0.02),
            on_test("accuracy"),
            on_test("loss"),
        ],
        remark="With 123 validation rows, three seeds of plain Keras stop after 12, 16 and 12 epochs with losses "
        "of 0.515, 0.507 and 0.514: the last digits are chance.",
        is_fast=True,
    ),
    Experiment(
        "thoracic_surgery",
        [last("accuracy"), last("loss")],
        needs="the table is not part of dnnrun: put thoracic_surgery.csv into ../shared/data beside the repository",
    ),
    Experiment("iris_softmax", OURS, is_fast=True),
    Experiment("boston_regression", [last("mae"), last("val_mae"), on_test("mae"), on_test("loss")], is_fast=True),
    Experiment(
        "imdb_embedding",
        [last("accuracy"), best_epoch(), on_test("accuracy", 0.8526), on_test("loss", 0.504)],
        needs="without a network: dnnrun data add imdb ../shared/data/imdb.npz",
    ),
    Experiment("mnist_relu", OURS),
    Experiment("mnist_regularized_l1", OURS),
    Experiment("mnist_regularized_l2", OURS),
    Experiment("mnist_regularized_l1_l2", OURS),
    Experiment("mnist_batchnorm", OURS),
    Experiment("mnist_initializers_zeros", OURS, remark="Always guesses the commonest digit, as it should."),
    Experiment("mnist_initializers_random_uniform", OURS),
    Experiment("mnist_initializers_random_normal", OURS),
    Experiment("mnist_elu", OURS),
    Experiment("mnist_leaky_relu", OURS),
    Experiment("mnist_cnn", [last("accuracy"), on_test("accuracy", 0.99), on_test("loss")]),
)

EQUAL: Sequence[tuple[str, str]] = (("fashion_onehot", "fashion_functional"), ("fashion_relu", "fashion_rmsprop"))
"""Experiments whose histories have to be equal to the last bit, but for the seconds."""
