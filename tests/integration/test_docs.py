"""dbt's documentation, as `make docs` serves it."""

import json
import re

from pipeline.paths import ROOT
from tests.support.shop import TARGET, Shop, builder

KINDS = ("nodes", "macros", "sources", "exposures", "semantic_models", "metrics")


def test_every_dbt_resource_has_a_description(small_shop: Shop) -> None:
    _, *surroundings = small_shop.command()
    assert builder().dbt(["docs", "generate"], *surroundings) == 0
    manifest = json.loads((TARGET / "manifest.json").read_bytes())
    catalog = json.loads((TARGET / "catalog.json").read_bytes())["nodes"]
    ours = [
        each
        for kind in KINDS
        for each in manifest[kind].values()
        if each["package_name"] == "storefront_metrics" and each["resource_type"] not in ("test", "operation")
    ]
    assert {each["resource_type"] for each in ours} == {
        *("model", "source", "seed", "macro", "exposure", "semantic_model", "metric")
    }
    assert [each["name"] for each in ours if not each["description"]] == []
    undescribed = [
        f"{each['name']}.{column}"
        for each in ours
        for column in {**each.get("columns", {}), **catalog.get(each["unique_id"], {}).get("columns", {})}
        if not each["columns"].get(column, {}).get("description")
    ]
    assert undescribed == []
    tables = {name.split(".")[-1] for name in catalog}
    assert tables >= {name for (name,) in small_shop.published().sql("show tables").fetchall()} - {
        "published_build"
    }


def test_published_models_are_public_and_have_an_exposure(small_shop: Shop) -> None:
    manifest = json.loads((TARGET / "manifest.json").read_bytes())
    exposed = {name for each in manifest["exposures"].values() for name in each["depends_on"]["nodes"]}
    public = {name for name, node in manifest["nodes"].items() if node.get("access") == "public"}
    assert public == exposed
    published = {name for (name,) in small_shop.published().sql("show tables").fetchall()}
    assert {name.split(".")[-1] for name in public} == published - {"published_build"}


def test_tests_named_in_the_threat_model_exist() -> None:
    threat_model = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall("`(test_[a-z0-9_]+)`", threat_model))
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 10
    assert [name for name in sorted(named) if f"def {name}(" not in tests] == []
