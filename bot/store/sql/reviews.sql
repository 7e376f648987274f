-- name: card
-- Give a draft with all that a person needs to know of it.
select * from draft_cards where id = %(id)s;

-- name: latest
-- Give the newest draft of a conversation.
select * from draft_cards where conversation = %(conversation)s order by id desc limit 1;

-- name: queue
-- List the drafts that wait for a person, the next due first.
select * from draft_cards where state = 'pending'
order by due_at nulls last, priority, id limit %(most)s;

-- name: search
-- List drafts by their words, their customer or the number of their conversation, newest first.
select * from draft_cards
where position(lower(%(words)s) in lower(reply::text)) > 0 or position(lower(%(words)s) in lower(email)) > 0
    or conversation::text = %(words)s
    or exists (
        select from chatwoot_messages m
        where m.chatwoot_message_id = any(draft_cards.answers)
            and position(lower(%(words)s) in lower(m.content)) > 0
    )
order by id desc limit %(most)s;

-- name: lock
-- Keep messages of the customer and verdicts of colleagues out until the transaction ends.
select conversation_id from conversation_details
where conversation_id = (select conversation_id from drafts where id = %(draft)s) for update;

-- name: close
-- Close a draft that waits.
update drafts set state = %(state)s::draft_state, closed_at = now() where id = %(draft)s and state = 'pending';

-- name: reopen
-- Let a draft wait again, unless a newer one waits already.
update drafts d set state = 'pending', closed_at = null
where d.id = %(draft)s and d.state in ('approved', 'rejected')
    and not exists (select from drafts o where o.conversation_id = d.conversation_id and o.id > d.id);

-- name: replace
-- Make a draft old that was to be sent.
update drafts set state = 'replaced', closed_at = now() where id = %(draft)s and state = 'approved';

-- name: decide
-- Keep a verdict; gives its number.
insert into verdicts (draft_id, kind, way, by_id, by_name, final_content, parts, edit_distance, flags, reason, note,
                      team, priority, send_at, sent_at)
values (%(draft)s, %(kind)s, %(way)s, %(by_id)s, %(by_name)s, %(final_content)s, %(parts)s, %(edit_distance)s,
        %(flags)s, %(reason)s, %(note)s, %(team)s, %(priority)s::conversation_priority,
        now() + %(delay)s::interval, %(sent_at)s)
returning id;

-- name: verdict
-- Give a verdict.
select id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at
from verdicts where id = %(id)s;

-- name: standing
-- Give the verdict on a draft that stands.
select id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at
from verdicts where draft_id = %(draft)s and undone_at is null;

-- name: newest_of
-- Give the newest verdict in a conversation that stands.
select v.id, v.draft_id, v.kind, v.way, v.by_id, v.by_name, v.at, v.final_content, v.parts, v.edit_distance, v.flags,
    v.reason, v.note, v.team, v.priority::text, v.send_at, v.leaving_at, v.sent_at, v.undone_at, v.undone_by,
    v.undone_because, v.approval_id, v.graded_at
from verdicts v join draft_cards c on c.id = v.draft_id
where c.conversation = %(conversation)s and v.undone_at is null
order by v.id desc limit 1;

-- name: history
-- List all verdicts on a draft, oldest first.
select id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at
from verdicts where draft_id = %(draft)s order by id;

-- name: ungraded
-- List what a person sent and nobody graded yet, newest first.
select id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at
from verdicts where by_id = %(by_id)s and approval_id is not null and graded_at is null
order by id desc limit %(most)s;

-- name: leave
-- Let an approval leave: from here on it cannot be undone. Gives it also when it was leaving before a crash.
update verdicts set leaving_at = coalesce(leaving_at, now())
where id = %(id)s and undone_at is null and sent_at is null
returning id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at;

-- name: undo
-- Take back a verdict of which nothing has left.
update verdicts set undone_at = now(), undone_by = %(by_name)s, undone_because = %(because)s
where id = %(id)s and undone_at is null and sent_at is null and (leaving_at is null or %(returned)s)
    and kind in ('approved', 'edited', 'rejected');

-- name: approve
-- Keep what was sent as specification §8 wants it; gives its number.
insert into support_approvals (message_id, draft_content, final_content, edit_distance, approved_by, approved_at)
select m.id, %(draft_content)s, %(final_content)s, %(edit_distance)s, %(by_name)s, v.at
from verdicts v, chatwoot_messages m
where v.id = %(verdict)s and m.chatwoot_message_id = %(message)s
returning id;

-- name: sent
-- Note that all parts of a verdict are with the customer, once.
update verdicts set sent_at = coalesce(sent_at, now()), approval_id = %(approval)s
where id = %(verdict)s and approval_id is null;

-- name: grade
-- Keep the grades of what was sent; a second try is refused.
with graded as (
    update verdicts set graded_at = now(), graded_by = %(by_name)s, grade_comment = %(comment)s
    where id = %(verdict)s and approval_id is not null and graded_at is null
    returning approval_id
)
update support_approvals a
set tone_grade = %(tone)s, accuracy_grade = %(accuracy)s, policy_grade = %(policy)s
from graded where a.id = graded.approval_id;

-- name: waiting_draft
-- Give the number of the draft of a conversation that waits for a person or for its sending.
select d.id from drafts d left join verdicts v on v.draft_id = d.id and v.undone_at is null
where d.conversation_id = %(conversation_id)s
    and (d.state = 'pending' or (d.state = 'approved' and v.leaving_at is null and v.sent_at is null))
order by d.id desc limit 1;

-- name: recent
-- List the newest verdicts, newest first.
select id, draft_id, kind, way, by_id, by_name, at, final_content, parts, edit_distance, flags, reason, note, team,
    priority::text, send_at, leaving_at, sent_at, undone_at, undone_by, undone_because, approval_id, graded_at
from verdicts order by id desc limit %(most)s;

-- name: mark
-- Give what changes whenever a draft comes, changes its state, or is decided about.
select md5(concat_ws(
    ' ',
    (select string_agg(id || ' ' || outrun, ' ' order by id) from draft_cards where state = 'pending'),
    (select max(id) from verdicts), (select max(leaving_at) from verdicts), (select max(sent_at) from verdicts),
    (select max(undone_at) from verdicts), (select max(graded_at) from verdicts)
));
