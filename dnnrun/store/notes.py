"""What a person adds to a run after it was made: tags, and a note. A file of its own, as a training rewrites run.json.

The config's tags stay where they are; the file says which were added to them and which taken away, so that a run can be
tagged while it is being trained, and after it is resumed with other tags.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dnnrun.errors import RunError
from dnnrun.store import atomic, layout


@dataclass(frozen=True, slots=True)
class Notes:
    """What a person has added to a run.

    Args:
        added: tags that the config has not, in the order in which they came.
        removed: tags of the config that no longer hold.
        text: a note, or nothing.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    text: str = ""

    def tags(self, configured: Sequence[str]) -> list[str]:
        """Return the tags that hold, those of the config first."""
        kept = [tag for tag in configured if tag not in self.removed]
        return list(dict.fromkeys([*kept, *self.added]))

    def changed(self, configured: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> Notes:
        """Return the same with tags added, and then tags taken away, to those of the config."""
        removed = [tag for tag in self.removed if tag not in add]
        removed += [tag for tag in remove if tag in configured and tag not in removed]
        added = [tag for tag in dict.fromkeys([*self.added, *add]) if tag not in remove and tag not in configured]
        return replace(self, added=tuple(added), removed=tuple(removed))


def read_notes(run_path: Path) -> Notes:
    """Return what was added to a run; nothing where there is no file.

    Raises:
        RunError: the file is damaged, or may not be read.
    """
    path = os.path.join(run_path, layout.NOTES)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return Notes()
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: damaged: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("note", ""), str):
        raise RunError(f"{path}: damaged: not the tags and the note of a run")
    return Notes(_words(found, "added_tags", path), _words(found, "removed_tags", path), found.get("note", ""))


def write_notes(run_path: Path, notes: Notes) -> None:
    """Keep what was added to a run, in place of what was there; raises RunError where it cannot be written."""
    value = {"added_tags": list(notes.added), "removed_tags": list(notes.removed), "note": notes.text}
    atomic.write_json(run_path / layout.NOTES, value)


def _words(found: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
    words = found.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise RunError(f"{path}: damaged: {key} is not a list of words")
    return tuple(words)
