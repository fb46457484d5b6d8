"""The quantiles that the marts hold are those of the Beta distribution."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import beta as beta_distribution

from pipelines.warehouse.dbt_plugin import beta_quantile


def test_quantiles_are_exact() -> None:
    """Vectors of probabilities and parameters give the quantiles of the distribution."""
    draws = np.random.default_rng(1)
    chances = draws.uniform(0.01, 0.99, 500)
    alphas, betas = draws.uniform(0.05, 14, 500), draws.uniform(0.05, 14, 500)
    found = beta_quantile(*(pa.chunked_array([column]) for column in (chances, alphas, betas)))
    assert found.to_numpy() == pytest.approx(
        beta_distribution.ppf(chances, alphas, betas), abs=1e-12
    )


def test_a_side_without_weight_is_certain() -> None:
    """Without any failure the quantile is 1, without any success 0; never not a number."""
    alpha, beta = pa.chunked_array([[2.0, 0.0]]), pa.chunked_array([[0.0, 2.0]])
    chances = pa.chunked_array([[0.1, 0.9]])
    assert beta_quantile(chances, alpha, beta).to_pylist() == [1.0, 0.0]
