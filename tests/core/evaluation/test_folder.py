"""A checkpoint folder as a row: what seer.json says of it, and what it is without one."""

from core.checkpoint import inspect_model
from core.evaluation.folder import variant_of_folder
from core.export import ExportOptions, export_checkpoint
from core.planning import Plan, cost
from core.run import Run
from tests.tiny import tiny_model


def test_an_export_knows_its_plan_and_a_foreign_checkpoint_only_its_size(tmp_path):
    source = tiny_model("mixtral", tmp_path)
    info = inspect_model(source)
    plan = Plan.keep_all(info)
    kept_LE = plan.kept_LE.copy()
    kept_LE[:, ::2] = False
    plan = plan.with_kept(kept_LE)
    export_checkpoint(source, ExportOptions(plan=plan, output=tmp_path / "small"), Run())
    row = variant_of_folder(tmp_path / "small", info)
    assert (row.kind, row.kept, row.top_k) == ("exported", plan.keep, None)
    assert row.parameters == cost(info, plan).parameters.total
    assert row.provenance.model_fingerprint == info.fingerprint
    assert row.verified is True
    plain = variant_of_folder(source, info)
    assert (plain.kept, plain.path) == (None, str(source))
    (tmp_path / "small" / "seer.json").write_text("[1, ")
    assert variant_of_folder(tmp_path / "small", info).kept is None
