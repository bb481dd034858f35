{{ funnel_by('day', 'event_date') }}
