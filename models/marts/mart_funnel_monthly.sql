{{ funnel_by('month', 'month_date') }}
