{{ funnel_by('week', 'week_date') }}
