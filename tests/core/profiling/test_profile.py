"""The profile as a value: what it accepts, how it blends and merges."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from core.errors import ProfileError
from core.profiling import blend, merge
from core.profiling.profile import ARRAY_NAMES
from tests.core.profiling.examples import make_profile


def test_reading_profiles_imports_neither_torch_nor_transformers():
    code = "import core.profiling, sys; print({'torch', 'transformers'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_arrays_cannot_be_written():
    profile = make_profile()
    with pytest.raises(ValueError, match="read-only"):
        profile.count[0, 0, 0] = 1


def test_an_array_of_another_shape_is_refused_by_name():
    with pytest.raises(ProfileError, match="entropy_sum"):
        make_profile(entropy_sum=np.zeros((2, 5)))


def test_fingerprint_follows_the_numbers_and_not_the_clock():
    profile = make_profile()
    assert make_profile(seconds=99.0).fingerprint == profile.fingerprint
    assert make_profile(seed=1).fingerprint != profile.fingerprint


def test_blend_is_a_weighted_sum_and_padding_stays_nan():
    profile = make_profile()
    blended = blend(profile.count, np.array([1.0, 0.5]))
    expected = profile.count[0].astype(float) + 0.5 * profile.count[1]
    expected[1, 3] = np.nan
    np.testing.assert_array_equal(blended, expected)


def test_merging_shards_adds_sums_takes_maxima_and_unites_domains_by_name():
    a = make_profile(seed=1, domains=("prose", "code"))
    b = make_profile(seed=2, domains=("code", "math"))
    both = merge([a, b])
    assert both.domains == ("prose", "code", "math")
    here = a.exists_LE
    np.testing.assert_array_equal(both.count[1][here], (a.count[1] + b.count[0])[here])
    np.testing.assert_array_equal(both.norm_max[1], np.maximum(a.norm_max[1], b.norm_max[0]))
    np.testing.assert_array_equal(both.gate_sum[2], b.gate_sum[1])
    np.testing.assert_array_equal(both.tokens[0], a.tokens[0])
    assert both.coactivation[0, 0, 0] == a.coactivation[0, 0, 0] + b.coactivation[0, 0, 0]
    assert (both.count[:, ~here] == -1).all()
    assert (both.coactivation[1, 3] == -1).all()


def test_merged_top_tokens_are_the_highest_of_all_with_their_own_domain():
    a = make_profile(seed=1, domains=("prose", "code"))
    b = make_profile(seed=2, domains=("code", "math"))
    both = merge([a, b])
    gates = np.concatenate([a.top_gate[0, 0], b.top_gate[0, 0]])
    best = int(np.argmax(gates))
    assert both.top_gate[0, 0, 0] == gates[best]
    source = a if best < 3 else b
    name = source.domains[int(source.top_domain[0, 0, best % 3])]
    assert both.domains[int(both.top_domain[0, 0, 0])] == name
    np.testing.assert_array_equal(both.top_context[0, 0, 0], source.top_context[0, 0, best % 3])


def test_profiles_of_two_models_do_not_merge():
    with pytest.raises(ProfileError, match="cannot be merged"):
        merge([make_profile(), make_profile(fingerprint="0" * 64)])


def test_every_array_of_the_contract_is_a_field():
    fields = {field.name for field in dataclasses.fields(make_profile())}
    assert set(ARRAY_NAMES) <= fields
    assert {"count", "soft_count", "gate_sum", "norm_max", "coactivation"} <= set(ARRAY_NAMES)
