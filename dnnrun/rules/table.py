"""The rules by their identifiers: the one table a new rule is added to. Each has a page in ``docs/rules``."""

from __future__ import annotations

from dnnrun.rules import callbacks, estimators, layers, leaks, losses, outputs, rows, training
from dnnrun.rules.rule import Rule

RULES: dict[str, Rule] = {
    "sparse-loss-vectors": Rule(
        "error", "a sparse loss looks the right class up by its number", losses.sparse_loss_with_vectors
    ),
    "categorical-loss-numbers": Rule(
        "error",
        "it compares the outputs with a vector that has a 1 at the right class",
        losses.categorical_loss_with_class_numbers,
    ),
    "binary-loss-classes": Rule(
        "error",
        "binary_crossentropy asks of each output whether it is 0 or 1, and not which class is right",
        losses.binary_loss_with_several_classes,
    ),
    "binary-loss-vectors": Rule(
        "warning", "that is for labels of which several may be right", losses.binary_loss_with_vectors
    ),
    "fractions-for-classes": Rule(
        "error", "a class is one of a few, and is not measured", losses.fractions_for_classes
    ),
    "activation-and-logits": Rule(
        "warning",
        "the loss then applies softmax or sigmoid a second time, and the gradients get small",
        losses.logits_with_activation,
    ),
    "no-probabilities": Rule(
        "error",
        "the logarithm of a number that is no probability has no meaning as a loss",
        losses.probabilities_from_linear_output,
    ),
    "accuracy-for-regression": Rule(
        "warning",
        "it compares with classes, and hardly any prediction of a number is equal to its label",
        losses.accuracy_for_regression,
    ),
    "softmax-one-unit": Rule(
        "error", "softmax divides by the sum over the units, which is the one unit", outputs.softmax_on_one_unit
    ),
    "sigmoid-exclusive": Rule(
        "warning",
        "of classes of which one is right, the probabilities should add up to 1",
        outputs.sigmoid_for_exclusive_classes,
    ),
    "unreachable-targets": Rule(
        "error", "what the last layer cannot give, the model cannot learn", outputs.unreachable_targets
    ),
    "output-units": Rule(
        "error", "the loss needs as many outputs as the labels have classes or columns", outputs.units_against_classes
    ),
    "spare-output-units": Rule("warning", "an output that no label names only learns to be 0", outputs.spare_units),
    "monitor-missing": Rule(
        "error", "Keras only warns of it, every epoch, and the callback does nothing", callbacks.missing_monitor
    ),
    "mode-contradicts": Rule(
        "error", "of an accuracy more is better, of a loss or an error less", callbacks.contradicting_mode
    ),
    "patience-beyond-epochs": Rule(
        "warning", "a callback acts only after its patience has run out", callbacks.patience_beyond_epochs
    ),
    "plateau-after-stopping": Rule(
        "warning", "both count the epochs without improvement from the same one", callbacks.plateau_after_stopping
    ),
    "schedule-and-callback": Rule(
        "error",
        "Keras stops the training when a callback sets a rate that is a schedule",
        callbacks.schedule_with_plateau,
    ),
    "best-of-training": Rule(
        "warning", "the training loss goes on falling while the model overfits", callbacks.best_of_training
    ),
    "pattern-name-missing": Rule(
        "error",
        "Keras fills in the braces from the epoch's metrics as it ends, and would fail",
        callbacks.unknown_name_in_pattern,
    ),
    "target-outside-run": Rule(
        "error",
        "all that a run writes lies in its own directory, so that none harms another",
        callbacks.target_outside_run,
    ),
    "images-not-flat": Rule(
        "error", "Dense works on the last axis alone, and the labels are one a picture", layers.images_without_flatten
    ),
    "no-channel-axis": Rule(
        "error", "a grey picture needs an axis of length 1 for its channel", layers.convolution_without_channels
    ),
    "never-adapted": Rule("error", "it then passes everything on unchanged, or knows no word", layers.never_adapted),
    "embedding-of-fractions": Rule(
        "error", "Embedding is a table, and cuts fractions off to find the row", layers.embedding_of_fractions
    ),
    "embedding-too-small": Rule(
        "error",
        "a number without a row in the table is an error, or takes a row that is not its own",
        layers.embedding_too_small,
    ),
    "dropout-after-output": Rule(
        "warning", "an output that is 0 by chance is punished as if the model had said so", layers.dropout_after_output
    ),
    "dropout-of-all": Rule("warning", "hardly anything gets through to learn from", layers.dropout_of_nearly_all),
    "normalization-of-one": Rule("error", "what is left is the same for every row", layers.normalization_of_one_row),
    "vanishing-gradients": Rule(
        "warning",
        "each multiplies the gradient by its slope: at most 1/4 for sigmoid, and near 0 where it saturates",
        layers.vanishing_gradients,
    ),
    "linear-stack": Rule(
        "warning",
        "sums of sums are sums: together they can learn no more than one layer",
        layers.linear_layers_in_a_row,
    ),
    "same-weights": Rule(
        "warning",
        "units with the same weights get the same gradient, so that a layer is worth one unit",
        layers.same_weights_for_all,
    ),
    "high-learning-rate": Rule(
        "warning", "the loss then jumps about or grows until it is no number", training.high_learning_rate
    ),
    "batch-beyond-rows": Rule("warning", "the weights change once an epoch", training.batch_beyond_rows),
    "endless-epoch": Rule(
        "warning", "validation, callbacks and the history come once an epoch", training.endless_epoch
    ),
    "learnt-by-heart": Rule(
        "warning", "a model with room for every row remembers them, and is wrong about others", training.learnt_by_heart
    ),
    "seed-and-deterministic": Rule("error", "the two contradict each other", training.seedless_determinism),
    "inputs-not-scaled": Rule(
        "warning",
        "weights begin sized for inputs near 1; with large ones the first steps are wild",
        rows.inputs_not_scaled,
    ),
    "accuracy-of-unbalanced": Rule(
        "warning", "accuracy looks good although the rare class is never found", rows.accuracy_of_unbalanced_classes
    ),
    "weight-of-no-class": Rule("error", "a weight counts for the rows of its class alone", rows.weight_of_no_class),
    "rows-in-two-splits": Rule(
        "warning", "a model that has seen a row knows its answer, and seems better than it is", leaks.rows_in_two_splits
    ),
    "feature-is-target": Rule(
        "warning", "a model that is given the answer learns nothing else", leaks.feature_is_target
    ),
    "validation-not-new": Rule(
        "error", "only rows that nothing was chosen by tell how good the model is", rows.judged_by_what_it_knows
    ),
    "key-for-networks": Rule(
        "error",
        "an estimator of scikit-learn is fitted in one go, by its own arguments",
        estimators.keys_for_networks,
    ),
    "estimator-and-labels": Rule(
        "error", "a classifier tells which of a few, a regressor how much", estimators.estimator_of_another_task
    ),
}
