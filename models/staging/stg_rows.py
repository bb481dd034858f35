import os

import landing
from dbt.flags import get_flags


def model(dbt, session):
    dbt.config(materialized="landed", database="landed")
    sample = dbt.ref("sample_events")
    raw_events = os.environ.get("RAW_EVENTS")
    if raw_events:
        return landing.rows(session, raw_events, get_flags().FULL_REFRESH)
    return sample.query(
        "sample",
        "select 'seeds/sample_events.csv' as file, row_number() over () as row_number,"
        " cast(null as varchar) as defect, cast(to_json(sample) as varchar) as text,"
        " cast(null as varchar) as folder_fields, 'sample' as file_version, 'sample' as reader_version from sample",
    )
