from __future__ import annotations

import math

import pytest

from dnnrun.analysis.number_text import config_text, metric_texts, shortened


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.978, 0.5, None], ["0.9780", "0.5000", "-"]),
        ([1.5, 0.00004], ["1.5000", "4.00e-05"]),
        ([23.456, 4.0], ["23.456", "4.000"]),
        ([1234.5, 2.0], ["1234.5", "2.0"]),
        ([3e38, math.nan, math.inf, -math.inf], ["3.00e+38", "nan", "inf", "-inf"]),
        ([-0.25, 0.0], ["-0.2500", "0.0000"]),
        ([], []),
    ],
)
def test_a_column_of_one_metric_has_the_same_decimals(values, texts):
    assert metric_texts(values) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "true"),
        (0.001, "0.001"),
        (1e-05, "1e-05"),
        (0.00031622776601683794, "0.000316228"),
        (128, "128"),
        ([3, 3], "[3, 3]"),
        ("two\nlines", "two lines"),
        ("/home/me/" + "x" * 40 + "/data.csv", "/home/me/xxxxxx…xxxxxxx/data.csv"),
    ],
)
def test_config_values_read_as_in_a_config(value, text):
    assert config_text(value) == text


@pytest.mark.parametrize("length", [5, 6, 20])
def test_shortened_text_is_just_as_long_as_asked(length):
    assert len(shortened("x" * 30, length)) == length
