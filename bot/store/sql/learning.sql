-- name: outcomes
-- List what became of drafts, oldest first: good is what people sent nearly as it was and did not grade low.
select (d.draft->>'raw_confidence')::float8 as raw,
    v.kind in ('approved', 'edited') and v.edit_distance <= %(small)s * length(v.final_content)
        and coalesce((a.tone_grade + a.accuracy_grade + a.policy_grade) / 3.0 >= 3.0, true) as good
from verdicts v join drafts d on d.id = v.draft_id left join support_approvals a on a.id = v.approval_id
where v.undone_at is null and v.kind <> 'escalated' and coalesce(v.reason, '') <> 'write_own'
order by v.at, v.id;

-- name: keep
-- Put a calibration in force; gives its number.
insert into calibrations (points, outcomes, error_before, error_after, made_by, copy_of)
values (%(points)s, %(outcomes)s, %(before)s, %(after)s, %(made_by)s, %(copy_of)s)
returning number;

-- name: current
-- Give the calibration that is in force.
select number, points, outcomes, error_before, error_after, made_by, made_at, copy_of
from calibrations order by number desc limit 1;

-- name: by_number
-- Give one calibration.
select number, points, outcomes, error_before, error_after, made_by, made_at, copy_of
from calibrations where number = %(number)s;

-- name: calibrations
-- List the newest calibrations, newest first.
select number, points, outcomes, error_before, error_after, made_by, made_at, copy_of
from calibrations order by number desc limit %(most)s;

-- name: misleading
-- List the articles whose drafts people rejected, replaced or graded low for accuracy, the worst first.
select source as article, count(*) as drafts, count(*) filter (where bad) as bad
from (
    select distinct v.id, c->>'source' as source,
        v.kind in ('rejected', 'replaced') or coalesce(a.accuracy_grade < 3, false) as bad
    from verdicts v join drafts d on d.id = v.draft_id left join support_approvals a on a.id = v.approval_id
    cross join jsonb_array_elements(d.draft->'citations') c
    where v.undone_at is null and v.kind <> 'escalated' and c->>'kind' = 'kb'
) cited
group by source having count(*) filter (where bad) > 0
order by count(*) filter (where bad)::float8 / count(*) desc, count(*) desc limit %(most)s;

-- name: uncovered
-- List the newest questions for which no draft could be written.
select c.chatwoot_conversation_id as conversation, left(m.content, 200) as question
from decisions s
join chatwoot_conversations c on c.id = s.conversation_id
join chatwoot_messages m on m.chatwoot_message_id = s.chatwoot_message_id
where s.route = 'draft' and m.content <> '' and not exists (select from drafts d where d.decision_id = s.id)
order by s.id desc limit %(most)s;
