"""Parses `GET /metrics`."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.shop import SECRET


def metrics(client: httpx.Client) -> dict[str, float]:
    """Each sample's value by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {SECRET}", "Connection": "close"})
    assert answer.status_code == 200, answer.text
    return {
        " ".join([sample.name.removeprefix("storefront_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
