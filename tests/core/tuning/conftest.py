"""One thread: they only wait for each other over models as small as these."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def mixtral(tmp_path_factory):
    """A tiny Mixtral: 2 layers of 8 experts, Top-2."""
    from tests.tiny import tiny_model

    return tiny_model("mixtral", tmp_path_factory.mktemp("tuning"), tokenizer=False)
