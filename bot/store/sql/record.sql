-- name: see_conversation
-- Write down a conversation that is new; give its id.
with seen as (
    insert into chatwoot_conversations (chatwoot_conversation_id, customer_email)
    values (%(number)s, %(email)s)
    on conflict (chatwoot_conversation_id) do update
        set customer_email = coalesce(excluded.customer_email, chatwoot_conversations.customer_email)
    returning id
)
insert into conversation_details (conversation_id, account_id, inbox_id, contact_id, channel)
select id, %(account_id)s, %(inbox_id)s, %(contact_id)s, %(channel)s from seen
on conflict (conversation_id) do update
    set inbox_id = coalesce(excluded.inbox_id, conversation_details.inbox_id),
        contact_id = coalesce(excluded.contact_id, conversation_details.contact_id)
returning conversation_id;

-- name: refresh_conversation
-- Take over what Chatwoot says of a conversation, unless something newer was taken over before.
with newer as (
    update conversation_details set snapshot_at = %(snapshot_at)s::timestamptz
    where conversation_id = %(id)s and (snapshot_at is null or snapshot_at < %(snapshot_at)s::timestamptz)
    returning conversation_id
)
update chatwoot_conversations c
set status = %(status)s::conversation_status,
    priority = coalesce(%(priority)s::conversation_priority, c.priority),
    resolved_at = case when %(status)s::conversation_status = 'resolved'
        then coalesce(c.resolved_at, %(snapshot_at)s::timestamptz) end,
    assigned_to = case when %(human)s then 'human' else c.assigned_to end
from newer where c.id = newer.conversation_id;

-- name: add_message
-- Keep a message; one that is there already stays as it is.
insert into chatwoot_messages
    (conversation_id, chatwoot_message_id, message_type, content, ai_generated, confidence_score, created_at)
values (%(conversation_id)s, %(number)s, %(kind)s, %(content)s, %(ai_generated)s, %(confidence)s, %(written_at)s)
on conflict (chatwoot_message_id) do nothing;

-- name: change_message
-- Take over the new text of a message that was edited; what was deleted stays deleted.
update chatwoot_messages set content = %(content)s
where chatwoot_message_id = %(number)s and content <> '' and content <> %(content)s;

-- name: forget_message
-- Delete the text of a message; its empty row keeps a late delivery from bringing it back.
insert into chatwoot_messages (conversation_id, chatwoot_message_id, message_type, content, created_at)
values (%(conversation_id)s, %(number)s, %(kind)s, '', %(written_at)s)
on conflict (chatwoot_message_id) do update set content = '';

-- name: mark_incoming
-- Note that the customer wrote.
update conversation_details set last_incoming_id = greatest(last_incoming_id, %(number)s)
where conversation_id = %(conversation_id)s;

-- name: mark_answered
-- Note that everything up to a message is answered.
update conversation_details set last_outgoing_id = greatest(last_outgoing_id, %(number)s)
where conversation_id = %(conversation_id)s;

-- name: mark_resolved
-- Note that everything that was written is answered, because the conversation was resolved.
update conversation_details set last_outgoing_id = greatest(last_outgoing_id, last_incoming_id)
where conversation_id = %(conversation_id)s;

-- name: mark_automatic
-- Note that a machine wrote a message of the customer's side.
insert into automatic_messages (message_id)
select id from chatwoot_messages where chatwoot_message_id = %(number)s
on conflict do nothing;

-- name: unanswered
-- List the customer's messages that nobody answered yet, oldest first.
select m.chatwoot_message_id as number, m.content, m.created_at as written_at,
    exists (select from decisions d where m.chatwoot_message_id = any(d.answers_messages)
            and d.conversation_id = m.conversation_id) as decided
from chatwoot_messages m join conversation_details c using (conversation_id)
where m.conversation_id = %(conversation_id)s and m.message_type = 'incoming' and m.content <> ''
    and m.chatwoot_message_id > c.last_outgoing_id
    and not exists (select from automatic_messages a where a.message_id = m.id)
order by m.chatwoot_message_id;

-- name: turns
-- List what was said in public before a message, newest first.
select case message_type when 'incoming' then 'customer' else 'agent' end as author,
    content, created_at as written_at
from chatwoot_messages
where conversation_id = %(conversation_id)s and chatwoot_message_id < %(before)s
    and message_type <> 'private_note' and content <> ''
order by chatwoot_message_id desc limit %(most)s;

-- name: conversation_id
-- Give the id of a conversation by Chatwoot's number.
select id from chatwoot_conversations where chatwoot_conversation_id = %(number)s;

-- name: customer
-- Say how a contact stands with us: open conversations, the last grade of a draft for them, past disputes.
select
    (select count(*) from conversation_details d join chatwoot_conversations c on c.id = d.conversation_id
     where d.contact_id = %(contact_id)s and c.status <> 'resolved') as unresolved,
    (select (a.tone_grade + a.accuracy_grade + a.policy_grade) / 3.0::float8
     from support_approvals a join chatwoot_messages m on m.id = a.message_id
     join conversation_details d on d.conversation_id = m.conversation_id
     where d.contact_id = %(contact_id)s and a.tone_grade is not null and a.accuracy_grade is not null
        and a.policy_grade is not null
     order by a.approved_at desc limit 1) as last_grade,
    (select count(distinct d.conversation_id) from conversation_details d join decisions s using (conversation_id)
     where d.contact_id = %(contact_id)s and 'dispute' = any(s.labels)) as disputes;
