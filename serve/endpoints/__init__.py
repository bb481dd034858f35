"""The endpoints that answer from the marts, one module or package each.

A new one is a module with an ENDPOINT, listed here: its route, its part of the OpenAPI document, its cached
responses and the check that a version can answer it follow from that.
"""

from serve.endpoints import (
    alerts,
    attribution,
    carts,
    dashboard,
    funnel,
    money_at_risk,
    orders,
    rfm,
    whatsapp,
)

ENDPOINTS = (
    dashboard.ENDPOINT,
    money_at_risk.ENDPOINT,
    orders.ENDPOINT,
    carts.ENDPOINT,
    whatsapp.ENDPOINT,
    funnel.ENDPOINT,
    rfm.ENDPOINT,
    alerts.ENDPOINT,
    attribution.ENDPOINT,
)
