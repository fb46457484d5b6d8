-- Dates are calculated from the events on them and beside them: no interval,
-- and no gap that counts, may be longer than a day.
select parameter
from {{ ref('stg_plumbline__measure_parameters') }}
where
    measure = 'time_on_task'
    and value > 86400
