"""The config that a proposal describes, with a sentence about every key: what it does, and which values make sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dnnrun.starter.commented import Entry, Item, Section, Series
from dnnrun.starter.proposal import Proposal
from dnnrun.starter.task import Task

_LOSSES = {
    "binary_crossentropy": "for two classes and a sigmoid output.",
    "sparse_categorical_crossentropy": "for several classes, numbered, and a softmax output.",
    "categorical_crossentropy": "for several classes, as vectors, and a softmax output.",
    "mean_squared_error": "for numbers; huber would mind single large errors less.",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table is, as its config has to say it.

    Args:
        path: of the file, seen from the config's folder.
        separator: between its cells.
        name: the run's name.
    """

    path: str
    separator: str
    name: str


def config_of(proposal: Proposal, origin: Origin) -> Section:
    """Return the config that trains what is proposed."""
    return Section(
        (
            *_about(proposal, origin),
            Entry("dataset", Section(tuple(_dataset(proposal, origin))), "The rows, and how they are divided."),
            Entry("model", Section((_layers(proposal),)), "The net; the shape of its input comes from the data."),
            *_learning(proposal),
            *_training(proposal),
        )
    )


def _about(proposal: Proposal, origin: Origin) -> Iterator[Entry]:
    features, facts = len(proposal.features), proposal.facts
    columns = f"{features} column{'' if features == 1 else 's'}"
    described = f"{facts.target.name} from {columns} of a table of {facts.rows:,} rows"
    yield Entry("name", origin.name, "Names the run's directory, after its time.")
    yield Entry("description", described, "A sentence for the reader.")
    yield Entry("tags", ["csv", str(proposal.decision.task)], "Words to find the run by.")
    yield Entry(
        "seed",
        42,
        "Of the splits, the first weights, the shuffling and the dropout: the same seed gives the same run. Any whole "
        "number; null draws one.",
    )


def _dataset(proposal: Proposal, origin: Origin) -> Iterator[Entry]:
    size, splits = proposal.size, proposal.splits
    table = Section(tuple(_table(proposal, origin)))
    yield Entry("source", Section((Entry("csv", table),)), "A CSV file whose first line names the columns.")
    yield Entry(
        "test_split",
        size.held_out,
        f"Share of all rows that is held out for the test at the end, here {splits.test:,} of them. 0.1 to 0.3.",
    )
    yield Entry(
        "validation_split",
        size.held_out,
        f"Share of the remaining rows that is held out to watch the training with, here {splits.validation:,}, so that "
        f"{splits.train:,} are left to learn from. 0.1 to 0.3.",
    )
    if proposal.stratify:
        yield Entry("stratify", True, "Every class is as frequent in each split as in all rows.")
    elif proposal.is_for_classes:
        yield Entry("stratify", False, "true wants some rows of every class in each split, and there are too few.")
    if proposal.one_hot:
        yield Entry(
            "one_hot", True, "Labels are vectors with one 1, as categorical_crossentropy and F1Score want them."
        )
    if not proposal.texts:  # what else each column needs, dnnrun does by itself
        layers = Series((_normalization(proposal),))
        yield Entry("preprocess", layers, "Keras's preprocessing layers; a part of the model.")


def _table(proposal: Proposal, origin: Origin) -> Iterator[Entry]:
    yield Entry("path", origin.path, "Seen from the folder that this config lies in.")
    yield Entry("target", proposal.facts.target.name, _features(proposal))
    if origin.separator != ",":
        yield Entry("separator", origin.separator, "What stands between two cells.")
    if proposal.impute:
        missing = {column.name: column.missing for column in proposal.facts.columns}
        fillings = (Entry(name, how, _gaps(missing[name], how)) for name, how in proposal.impute.items())
        yield Entry(
            "impute",
            Section(tuple(fillings)),
            "What fills the cells without a value, as computed from the training rows: median, mean or most_frequent.",
        )
    if proposal.left_out:
        items = tuple(Item(name, _sentence(reason)) for name, reason in proposal.left_out.items())
        yield Entry("drop", Series(items), "Columns that are left out, each with the reason.")


def _features(proposal: Proposal) -> str:
    if not proposal.texts:
        return "The column to predict. All others are features, numbers each."
    return (
        "The column to predict. All others are features: numbers, which are brought to mean 0 and deviation 1, and "
        "texts, of which each gets a number that is 1 where it stands; dataset.preprocess would say otherwise."
    )


def _gaps(count: int, how: str) -> str:
    value = "the most frequent text" if how == "most_frequent" else "the one in the middle"
    return f"{count:,} {'row lacks' if count == 1 else 'rows lack'} it: {value}."


def _normalization(proposal: Proposal) -> Item:
    features = [column for column in proposal.facts.columns if column.name in proposal.features]
    lowest, highest = min(column.lowest for column in features), max(column.highest for column in features)
    return Item(
        "Normalization",
        f"Brings every column to mean 0 and deviation 1, as measured on the training rows, so that large numbers do "
        f"not drown small ones; they range from {lowest:g} to {highest:g}.",
    )


def _layers(proposal: Proposal) -> Entry:
    rate = proposal.size.dropout
    comments = (
        f"A hidden layer. 4 to 512 units: more can learn more, and learn by heart more easily, so the more the more "
        f"rows there are; here {proposal.facts.rows:,}.",
        f"In training, {rate:.0%} of the values are set to 0, against learning by heart. 0 to 0.5.",
    )
    hidden: list[Item] = []
    for units in proposal.hidden:
        pair = ({"Dense": {"units": units, "activation": "relu"}}, {"Dropout": {"rate": rate}})
        hidden += [Item(layer, "" if hidden else comment) for layer, comment in zip(pair, comments, strict=True)]
    return Entry("layers", Series((*hidden, *_output(proposal))), "From the input to the output.")


def _output(proposal: Proposal) -> Iterator[Item]:
    task, outputs = proposal.decision.task, proposal.outputs
    if task is Task.binary:
        _, second = proposal.facts.target.counts
        comment = f"The output: the probability of {second!r}, between 0 and 1."
        yield Item({"Dense": {"units": outputs, "activation": "sigmoid"}}, comment)
    elif task is Task.multiclass:
        comment = "The output: a probability for each class; as many units as there are classes."
        yield Item({"Dense": {"units": outputs, "activation": "softmax"}}, comment)
    else:
        yield Item({"Dense": {"units": outputs}}, "The output: without an activation, so that it can be any number.")
        yield Item(
            {"Rescaling": {"scale": proposal.scale, "offset": proposal.offset}},
            "Times the deviation of the target and plus its mean, so that the net begins with a sensible guess and "
            "learns as fast in any unit.",
        )


def _learning(proposal: Proposal) -> Iterator[Entry]:
    rate = Entry(
        "learning_rate",
        proposal.size.learning_rate,
        "The length of a step. 1e-4 to 1e-2: smaller if the loss jumps, larger if it hardly falls.",
    )
    yield Entry("optimizer", Section((Entry("Adam", Section((rate,))),)), "How the weights are changed.")
    yield Entry("loss", proposal.loss, f"What is minimised: {_LOSSES[proposal.loss]}")
    yield Entry("metrics", list(proposal.metrics), _measured(proposal))
    if proposal.class_weight:
        weights = Section(tuple(Entry(label, weight) for label, weight in proposal.class_weight.items()))
        yield Entry(
            "class_weight",
            weights,
            f"Weight of each class in the loss. With {proposal.imbalance:.1f} times the rows, the commonest would "
            "drown the rarest; so they count alike. Take it out if only the share of right answers matters.",
        )


def _measured(proposal: Proposal) -> str:
    if not proposal.is_for_classes:
        return "What is measured besides: how far off the model is on average, in the unit of the target."
    if len(proposal.metrics) == 1:
        return "What is measured besides: the share of right answers."
    why = f"The commonest class has {proposal.imbalance:.1f} times the rows of the rarest: accuracy alone tells little;"
    if proposal.decision.task is Task.binary:
        return f"{why} AUC is 0.5 for guessing and 1 for a perfect order."
    return f"{why} in the macro F1 score every class counts alike."


def _training(proposal: Proposal) -> Iterator[Entry]:
    size = proposal.size
    stopping = Section(
        (
            Entry("monitor", "val_loss", "What is watched: the loss of the validation rows."),
            Entry("patience", size.patience, "How many epochs to wait for a better one; fewer than there are."),
            Entry("restore_best_weights", True, "Whether to go back to the weights of the best epoch."),
        )
    )
    early = Item(Section((Entry("EarlyStopping", stopping),)), "Ends the training when it gets no better any more.")
    yield Entry("epochs", size.epochs, "How often all training rows are gone through, at most.")
    yield Entry("batch_size", size.batch_size, "Rows a step. 8 to 512: larger is faster and smoother.")
    yield Entry("callbacks", Series((early,)), "What is done besides, while it trains.")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
