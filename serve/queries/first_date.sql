select min(event_date) as first_date
from fct_steps_daily
