import os

import landing
from dbt.flags import get_flags


def model(dbt, session):
    dbt.config(materialized="landed", database="landed")
    raw_events = os.environ.get("RAW_EVENTS") or landing.SAMPLE
    return landing.rows(session, raw_events, get_flags().FULL_REFRESH)
