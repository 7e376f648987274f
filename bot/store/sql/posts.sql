-- name: intend
-- Write down what will be posted, before it is posted; what was written down first counts.
with kept as (
    insert into posts (cause, chatwoot_conversation_id, private, content)
    values (%(cause)s, %(conversation)s, %(private)s, %(content)s)
    on conflict (cause) do nothing
    returning id, marker, content, attempts, chatwoot_message_id
)
select * from kept
union all
select id, marker, content, attempts, chatwoot_message_id from posts where cause = %(cause)s
limit 1;

-- name: attempt
-- Note that the post is about to be sent; from here on it may be in Chatwoot.
update posts set attempts = attempts + 1 where id = %(id)s;

-- name: arrived
-- Note that a post is in Chatwoot.
update posts set chatwoot_message_id = %(number)s, posted_at = coalesce(posted_at, now())
where marker = %(marker)s;

-- name: cause
-- Say why a post was made.
select cause from posts where marker = %(marker)s;

-- name: taken_back
-- Note that a post was deleted in Chatwoot.
update posts set taken_back = true where chatwoot_message_id = %(number)s;

-- name: echoed
-- Say whether Chatwoot told us of a post with this marker, in an event that is kept.
select exists (
    select from webhook_events
    where conversation_id = %(conversation)s and event = 'message_created'
        and position(convert_to(%(marker)s, 'UTF8') in body) > 0
);
