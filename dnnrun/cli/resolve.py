"""``dnnrun resolve CONFIG``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer

from dnnrun.cli.options import SetOption, overrides_of
from dnnrun.cli.screen import command, results


@command
def resolve(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The YAML file of the experiment.")],
    assignments: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print config and origins as one JSON object.")] = False,
) -> None:
    """Print the complete config, and where each value comes from.

    It is the config after extends, overrides and defaults, and trains the same run. TensorFlow is not started.

    \b
    dnnrun resolve configs/mnist_adam.yaml
    dnnrun resolve configs/mnist_adam.yaml --set optimizer.SGD=0.1 > sgd.yaml
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.validation import resolve as resolve_config
    from dnnrun.config.differences import dotted
    from dnnrun.config.origins import origins, to_annotated_yaml
    from dnnrun.config.resolved import to_plain

    experiment = resolve_config(config, overrides_of(assignments))
    if as_json:
        sources = {dotted(path): origin for path, origin in origins(experiment).items()}
        results().out(json.dumps({"config": _finite(to_plain(experiment)), "origins": sources}, allow_nan=False))
    else:
        results().out(to_annotated_yaml(experiment), end="")


def _finite(value: Any) -> Any:
    """Return a value without the numbers that JSON cannot write, as in run.json: null stands for them."""
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
