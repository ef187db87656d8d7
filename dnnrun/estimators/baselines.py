"""From the config of a network to its baselines: what is cheap, and should be beaten, on the same rows.

The trivial guess, a linear model by stochastic gradient descent, nearest neighbours and a small tree, each as a config
of its own that fits it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dnnrun.components import Component
from dnnrun.config.measures import is_of_task, measure_of
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import LONGEST_NAME, EstimatorConfig, Experiment
from dnnrun.config.tasks import Task
from dnnrun.data.dataset import Dataset
from dnnrun.errors import ConfigError, Problem
from dnnrun.estimators.features import can_be_made

NEIGHBORS = 5
DEPTH = 5
MOST_ROWS_OF_NEIGHBORS = 200_000
TAG = "baseline"

_OF_CLASSES = {
    "trivial": Component("DummyClassifier", {"strategy": "prior"}),
    "linear": Component("SGDClassifier", {"loss": "log_loss", "n_jobs": -1}),
    "knn": Component("KNeighborsClassifier", {"n_neighbors": NEIGHBORS, "n_jobs": -1}),
    "tree": Component("DecisionTreeClassifier", {"max_depth": DEPTH}),
}
_OF_NUMBERS = {
    "trivial": Component("DummyRegressor", {"strategy": "mean"}),
    "linear": Component("SGDRegressor"),
    "knn": Component("KNeighborsRegressor", {"n_neighbors": NEIGHBORS, "n_jobs": -1}),
    "tree": Component("DecisionTreeRegressor", {"max_depth": DEPTH}),
}
NAMES = tuple(_OF_CLASSES)
_IN_WORDS = {
    "trivial": "what is guessed without looking",
    "linear": "a linear model, by stochastic gradient descent",
    "knn": f"the {NEIGHBORS} nearest neighbours",
    "tree": f"a tree of depth {DEPTH}",
}
_NEED_SCALES = {"linear", "knn"}


@dataclass(frozen=True)
class Baselines:
    """The baselines of a config.

    Args:
        experiments: what is to be fitted, by the short name of the baseline.
        left_out: those that cannot be, with the reason.
        remarks: what the baselines do not do as the config says.
    """

    experiments: Mapping[str, Experiment]
    left_out: Mapping[str, str]
    remarks: tuple[str, ...]


def with_table_whole(experiment: Experiment) -> Experiment:
    """Return a config whose table is not divided into inputs, as a network would take it."""
    if experiment.dataset.inputs is None:
        return experiment
    return experiment.changed(dataset=experiment.dataset.model_copy(update={"inputs": None, "preprocess": None}))


def baselines_of(experiment: Experiment, dataset: Dataset) -> Baselines:
    """Return the baselines of a config whose data is known.

    Args:
        experiment: resolved, with its table whole.
        dataset: its data.

    Raises:
        ConfigError: it has several outputs.
    """
    if ONLY not in dataset.targets:
        what = "baselines are of one output, and the loss names several"
        raise ConfigError(Problem(what, experiment.place(("loss",))))
    left_out = dict(_left_out(dataset))
    preprocess, remarks = _preprocessing(experiment)
    base = experiment.changed(
        **{key: Experiment.model_fields[key].default for key in _OF_NETWORKS},
        model=_fields(dataset.task)["trivial"],
        optimizer=None,
        loss=None,
        metrics=_metrics(experiment, dataset.task),
        tags=(*experiment.tags, TAG),
        dataset=experiment.dataset.model_copy(update={"one_hot": False, "preprocess": preprocess}),
    )
    experiments = {
        name: _one(base, dataset, name, model) for name, model in _fields(dataset.task).items() if name not in left_out
    }
    if experiment.class_weight is not None:
        remarks = (*remarks, *_take_class_weights_out(experiments))
    return Baselines(experiments, left_out, remarks)


def _take_class_weights_out(experiments: dict[str, Experiment]) -> Iterator[str]:
    """Take the weights from the baselines that cannot have any, or that would no longer guess what is most frequent."""
    experiments["trivial"] = experiments["trivial"].changed(class_weight=None)
    if "knn" in experiments:
        experiments["knn"] = experiments["knn"].changed(class_weight=None)
        yield "knn takes no class_weight: its rows all count alike"


_OF_NETWORKS = (
    "loss_weights", "callbacks", "epochs", "batch_size", "steps_per_epoch", "initial_weights", "precision", "device",
    "deterministic", "jit", "ignore",
)  # fmt: skip


def _fields(task: Task) -> dict[str, EstimatorConfig]:
    components = _OF_CLASSES if task == "classification" else _OF_NUMBERS
    return {name: EstimatorConfig(sklearn=component) for name, component in components.items()}


def _one(base: Experiment, dataset: Dataset, name: str, model: EstimatorConfig) -> Experiment:
    ending = f"-{name}"
    stem = base.run_name.encode()[: LONGEST_NAME - len(ending)].decode(errors="ignore")
    config = base.dataset
    if name in _NEED_SCALES and not config.preprocess and _is_table_of_numbers(dataset):
        config = config.model_copy(update={"preprocess": (Component("Normalization"),)})
    if name == "knn" and len(dataset.train) < NEIGHBORS:
        few = {**model.sklearn.arguments, "n_neighbors": len(dataset.train)}
        model = EstimatorConfig(sklearn=Component(model.sklearn.name, few))
    about = f"baseline: {_IN_WORDS[name]}"
    return base.changed(name=f"{stem}{ending}", description=about, model=model, dataset=config)


def _is_table_of_numbers(dataset: Dataset) -> bool:
    x = dataset.train.x
    return not isinstance(x, dict) and x.ndim == 2 and x.dtype.kind in "biuf"


def _left_out(dataset: Dataset) -> Iterator[tuple[str, str]]:
    rows = len(dataset.train)
    if rows > MOST_ROWS_OF_NEIGHBORS:
        yield "knn", f"it would look at all {rows:,} training rows for each row; --set dataset.limit=... takes fewer"
    elif dataset.train.weights is not None:
        yield "knn", "it cannot weigh rows"
    if dataset.task == "regression" and dataset.train.labels_of().shape[1] > 1:
        yield "linear", "SGDRegressor gives one number a row"


def _preprocessing(experiment: Experiment) -> tuple[object, tuple[str, ...]]:
    """Return the preprocessing as far as scikit-learn can do it, and what is left out of it."""
    wanted = experiment.dataset.preprocess
    lists = wanted if isinstance(wanted, dict) else {"": wanted or ()}
    dropped = [layer.name for layers in lists.values() for layer in layers if not can_be_made(layer)]
    kept = {name: tuple(layer for layer in layers if can_be_made(layer)) for name, layers in lists.items()}
    remarks = (f"without {', '.join(dict.fromkeys(dropped))}, which only networks have",) if dropped else ()
    if not isinstance(wanted, dict):
        return kept[""], remarks
    return kept, remarks


def _metrics(experiment: Experiment, task: Task) -> tuple[Component, ...]:
    named = experiment.metrics if isinstance(experiment.metrics, tuple) else ()
    found = [(metric, measure_of(metric)) for metric in named]
    return tuple(metric for metric, measure in found if measure is not None and is_of_task(measure, task))
