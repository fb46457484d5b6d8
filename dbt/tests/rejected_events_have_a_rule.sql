-- A file with rejected events names a rule for them, and no other file does.
with

rules as (

    select
        digest,
        sum(events) as events
    from {{ ref('rejections') }}
    group by digest

)

select files.digest
from {{ ref('reconciliation') }} as files
left join rules on files.digest = rules.digest
where
    coalesce(rules.events, 0) < files.rejected
    or (files.rejected = 0 and rules.events > 0)
