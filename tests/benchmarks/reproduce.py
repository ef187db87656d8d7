"""Runs the experiments of `published.py` through the installed command, and writes the table of what they give.

    make reproduce                  all of them, into docs/reproduction.md
    make reproduce FAST=1           those that take minutes, into docs/reproduction-fast.md
    python -m tests.benchmarks.reproduce --only fashion_relu    one of them, onto the screen

What is finished is kept in runs/reproduce/finished.json, so that a go that was interrupted goes on where it was; an
experiment whose config has changed since is run anew. It ends with 1 when a published figure is missed.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dnnrun import Run
from dnnrun.config.layering import read_layers
from dnnrun.store.atomic import write_text
from tests.benchmarks.published import EXPERIMENTS, Experiment, Measured
from tests.benchmarks.reproduction_table import Result, missed, render

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "dnnrun"
RUNS = Path("runs") / "reproduce"


def main() -> None:
    """Run what is wanted and not finished, and write the table."""
    options = _options()
    chosen = [each for each in EXPERIMENTS if _is_chosen(each, options)]
    if not chosen:
        known = dict.fromkeys(each.name for each in EXPERIMENTS)  # some are run in several ways
        sys.exit(f"no experiment is called {', '.join(options.only)}; known: {', '.join(known)}")
    kept = Kept(options.runs_dir)
    if options.again:
        kept.forget(chosen)
    results: dict[str, Result] = {}
    for number, experiment in enumerate(chosen, 1):
        print(f"{number}/{len(chosen)} {experiment.title}", end=" ", flush=True)
        look = finished if options.finished else run
        results[experiment.title] = result = look(experiment, kept, fast=options.fast)
        print(result.trouble or f"{result.seconds:.0f} s", flush=True)
        if not options.only:
            _write(options, chosen, results)
    failures = missed(chosen, results, fast=options.fast)
    print(
        f"\n{render(chosen, results, machine(options.note, results.values()), fast=options.fast)}"
        if options.only
        else ""
    )
    print("\n".join([f"{len(failures)} not met:", *failures]) if failures else "every published figure is met")
    sys.exit(1 if failures else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="only what takes minutes")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these, and no file is written")
    parser.add_argument("--again", action="store_true", help="run what is finished anew")
    parser.add_argument("--finished", action="store_true", help="run nothing, and write the table of what is finished")
    parser.add_argument("--runs-dir", type=Path, default=RUNS, metavar="DIR", help="where the runs are made")
    parser.add_argument("--note", default="", help="a sentence for the head of the table, on the machine")
    return parser.parse_args()


def _is_chosen(experiment: Experiment, options: argparse.Namespace) -> bool:
    if options.only:
        return experiment.name in options.only
    return experiment.is_fast or not options.fast


def _write(options: argparse.Namespace, chosen: Sequence[Experiment], results: dict[str, Result]) -> None:
    target = ROOT / "docs" / ("reproduction-fast.md" if options.fast else "reproduction.md")
    write_text(target, render(chosen, results, machine(options.note, results.values()), fast=options.fast))


class Kept:
    """What is finished, in a file that is written whole after every halt of an experiment.

    Args:
        folder: of the runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "finished.json"
        self._all: dict[str, dict[str, Any]] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def find(self, experiment: Experiment) -> dict[str, Any]:
        """Return what there is of an experiment as it is now, or what one begins with."""
        identity = _identity(experiment)
        found = self._all.get(experiment.title, {})
        is_same = found.get("identity") == identity and (not found["run"] or Path(found["run"]).is_dir())
        return found if is_same else {"identity": identity, "run": "", "tests": {}, "history": {}, "seconds": {}}

    def keep(self, experiment: Experiment, found: dict[str, Any]) -> None:
        """Put it on disk."""
        self._all[experiment.title] = found
        self.folder.mkdir(parents=True, exist_ok=True)
        write_text(self._path, json.dumps(self._all))

    def forget(self, experiments: Sequence[Experiment]) -> None:
        """Let them be run anew; their runs stay."""
        self._all = {title: found for title, found in self._all.items() if title not in {e.title for e in experiments}}


def _identity(experiment: Experiment) -> str:
    path = ROOT / "configs" / f"{experiment.name}.yaml"
    if not path.exists():
        return "none"
    written = read_layers(path).value
    parts = [written, list(experiment.changes), version("keras"), version("tensorflow")]
    text = json.dumps(parts, sort_keys=True, default=str).replace(str(ROOT.parent), "..")
    return hashlib.sha256(text.encode()).hexdigest()


def run(experiment: Experiment, kept: Kept, *, fast: bool) -> Result:
    """Train an experiment as far as is wanted and it has not been; never raises for one that fails."""
    try:
        found = kept.find(experiment)
        for halt in _halts(experiment, fast=fast):
            if str(halt) not in found["tests"]:
                found = _trained(experiment, halt, found, kept.folder)
                kept.keep(experiment, found)
    except TrialError as failure:
        needs = f"; {experiment.needs}" if experiment.needs else ""
        return Result(None, trouble=f"failed: {failure}{needs}")
    return finished(experiment, kept, fast=fast)


def finished(experiment: Experiment, kept: Kept, *, fast: bool) -> Result:
    """Return what there is of an experiment, up to the last halt that is wanted."""
    found = kept.find(experiment)
    halts = [halt for halt in _halts(experiment, fast=fast) if str(halt) in found["tests"]]
    if not halts:
        return Result(None, trouble="not run")
    history = {name: values[: halts[-1] or None] for name, values in found["history"].items()}
    tests = {halt or len(history.get("loss", ())): found["tests"][str(halt)] for halt in halts}
    seconds = sum(found["seconds"][str(halt)] for halt in halts)
    return Result(Measured(history, tests), seconds, commit=found.get("commit", ""))


def _halts(experiment: Experiment, *, fast: bool) -> list[int]:
    """Return at which epochs it is tested; 0 stands for the config's own number."""
    halts = list(experiment.epochs) or [0]
    return halts[:1] if fast else halts


class TrialError(Exception):
    """An experiment whose command failed, with the last thing it said."""


def _trained(experiment: Experiment, halt: int, found: dict[str, Any], folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    epochs = ["--epochs", str(halt)] if halt else []
    if found["run"]:
        command = ["resume", found["run"], *epochs]
    else:
        changes = [word for change in experiment.changes for word in ("--set", change)]
        config = ROOT / "configs" / f"{experiment.name}.yaml"
        command = ["train", str(config), *epochs, *changes, "--runs-dir", str(folder)]
    done = subprocess.run(  # noqa: PLW1510 - the code is looked at below
        [COMMAND, *command, "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if ": error: " in line or line.startswith("error")]
        line = (said or done.stderr.splitlines() or [f"exit code {done.returncode}"])[0]
        raise TrialError(line.replace(f"{ROOT}/", "").replace(str(ROOT.parent), "..").replace("|", "/"))
    run, test, history = _given(json.loads(done.stdout))
    return {
        "identity": found["identity"],
        "commit": _commit(),
        "run": run,
        "tests": {**found["tests"], str(halt): test},
        "history": history,
        "seconds": {**found["seconds"], str(halt): time.perf_counter() - began},
    }


def _given(printed: Mapping[str, Any]) -> tuple[str, dict[str, float], dict[str, list[float]]]:
    """Return the run of what was printed, its test figures and its history; of folds the first run and the means."""
    if "folds" in printed:
        means = {name: each["mean"] for name, each in printed["summary"].items()}
        return printed["folds"][0]["run"], means, {}
    trained = Run(printed["run"])
    columns = {name: list(values) for name, values in trained.history.columns.items()}
    history = {name: values for name, values in columns.items() if name not in {"epoch", "seconds"}}
    return str(trained.path), dict((trained.evaluation or {}).get("metrics", {})), history


def _commit() -> str:
    """Return which commit is checked out, or nothing where there is no repository."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def machine(note: str, results: Iterable[Result]) -> list[str]:
    """Return where and by what the figures are made, in sentences."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "scikit-learn"))
    today, cpu = f"{datetime.datetime.now(datetime.UTC):%-d %B %Y}", names[0] if names else "an unnamed CPU"
    commits = dict.fromkeys(result.commit for result in results if result.commit)
    ours = f"dnnrun {version('dnnrun')}" + (f" at {' and '.join(commits)}" if commits else "")
    return [
        f"On {today}, with {os.cpu_count()} cores of {cpu},",
        f"Python {platform.python_version()}, {versions}, {ours}.",
        *([note] if note else []),
    ]


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    main()
