-- name: keep_decision
-- Keep what the rules said about a message; the first word counts. Gives its number.
with kept as (
    insert into decisions (conversation_id, chatwoot_message_id, answers_messages, priority, route, team, labels,
                           reasons, facts, trace, shadow, rules_version)
    values (%(conversation_id)s, %(message)s, %(answers)s, %(priority)s::conversation_priority, %(route)s::text, %(team)s, %(labels)s,
            %(reasons)s, %(facts)s, %(trace)s, %(shadow)s, %(version)s)
    on conflict (chatwoot_message_id) do nothing
    returning id
), shown as (
    update chatwoot_conversations set priority = %(priority)s::conversation_priority,
        assigned_to = case %(route)s::text when 'human' then 'human' else assigned_to end
    where id = %(conversation_id)s
)
select id from kept union all select id from decisions where chatwoot_message_id = %(message)s limit 1;

-- name: decision
-- Give what the rules said about a message.
select id, priority, route, team, labels, reasons, facts, trace, shadow, rules_version
from decisions where chatwoot_message_id = %(message)s;

-- name: keep_draft
-- Keep the draft of a decision; the first one counts. Gives its number.
with kept as (
    insert into drafts (decision_id, conversation_id, draft, reply)
    values (%(decision_id)s, %(conversation_id)s, %(draft)s, %(reply)s)
    on conflict (decision_id) do nothing
    returning id
)
select id from kept union all select id from drafts where decision_id = %(decision_id)s limit 1;

-- name: close_pending
-- Make the live draft of a conversation old, because something newer came.
update drafts set state = %(state)s::draft_state, closed_at = now()
where conversation_id = %(conversation_id)s and state = 'pending';

-- name: withdraw_draft_for
-- Take back the live draft that answers a message.
update drafts d set state = 'withdrawn', closed_at = now()
from decisions s
where s.id = d.decision_id and d.state = 'pending' and %(message)s = any(s.answers_messages);

-- name: draft
-- Give the draft of a decision.
select id, state::text, draft, reply from drafts where decision_id = %(decision_id)s;

-- name: stale_notes
-- List our notes in a conversation whose drafts are old, and that are not taken back yet.
select p.chatwoot_message_id
from drafts d join posts p on p.cause = 'draft:' || d.decision_id
where d.conversation_id = %(conversation_id)s and d.state in ('replaced', 'withdrawn')
    and p.chatwoot_message_id is not null and not p.taken_back
order by 1;
