-- A file is in the reconciliation or held, never both.
select held.digest
from {{ ref('held') }} as held
inner join {{ ref('reconciliation') }} as files
    on held.digest = files.digest
