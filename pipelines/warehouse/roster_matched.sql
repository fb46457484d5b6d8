-- Whom each pseudonym means that events may carry, or why it means no student: from `claims`, what the
-- roster says of people, and `reviews`, what a person said of single accounts.

-- Whoever is no student is staff, unless all roles of that person are of a family.
create or replace temp view no_students as
with told as (
    select person_key, role from loaded.role_spans
    union all
    select person_key, role from loaded.enrollments
    where role <> 'student'
),

others as (
    select
        person_key,
        case
            when bool_and(role in ('guardian', 'parent', 'relative')) then 'guardian'
            else 'staff'
        end as reason
    from told
    where role <> 'student'
    group by person_key
)

select
    coalesce(set_aside.person_key, others.person_key) as person_key,
    coalesce(set_aside.reason, others.reason) as reason
from others
full join loaded.people_set_aside as set_aside on others.person_key = set_aside.person_key;

create or replace temp table matches as
with owned as (
    select
        claims.actor_key,
        coalesce(merged.student_key, claims.person_key) as owner
    from claims
    left join loaded.merged_people as merged on claims.person_key = merged.person_key
),

known as (
    select
        owned.actor_key,
        owned.owner,
        students.student_key is not null as is_student,
        coalesce(no_students.reason, 'no_role') as reason
    from owned
    left join loaded.students as students on owned.owner = students.student_key
    left join no_students on owned.owner = no_students.person_key
),

-- An identifier that two people share means neither, as soon as one of them is a student: whose
-- evidence it is cannot be told.
by_roster as (
    select
        actor_key,
        case when bool_and(is_student) and min(owner) = max(owner) then min(owner) end
            as student_key,
        case
            when bool_or(is_student) and min(owner) <> max(owner) then 'ambiguous'
            when not bool_or(is_student)
                then arg_min(
                    reason,
                    list_position(['staff', 'guardian', 'no_role', 'test_account'], reason)
                )
        end as reason
    from known
    group by actor_key
),

last_reviews as (
    select *
    from reviews
    qualify row_number() over (partition by actor_key order by place desc) = 1
),

-- Nobody is meant until the roster has the one whom a reviewer names.
by_review as (
    select
        last_reviews.actor_key,
        students.student_key,
        case
            when last_reviews.meaning <> 'student' then last_reviews.meaning
            when students.student_key is null then coalesce(no_students.reason, 'not_in_roster')
        end as reason
    from last_reviews
    left join loaded.merged_people as merged on last_reviews.person_key = merged.person_key
    left join loaded.students as students
        on coalesce(merged.student_key, last_reviews.person_key) = students.student_key
    left join no_students
        on coalesce(merged.student_key, last_reviews.person_key) = no_students.person_key
)

select by_roster.*
from by_roster
anti join last_reviews on by_roster.actor_key = last_reviews.actor_key
union all
select * from by_review;

delete from loaded.learner_identifiers;
insert into loaded.learner_identifiers
select actor_key, student_key
from matches
where student_key is not null
order by actor_key;

delete from loaded.unmatched_identifiers;
insert into loaded.unmatched_identifiers
select actor_key, reason
from matches
where reason is not null
order by actor_key;
