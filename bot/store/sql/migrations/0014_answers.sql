-- Texts that went to a customer and are good enough to be learnt: graded 4 or more on average and nowhere below
-- 3, or, ungraded, approved exactly as drafted. Not what speaks of one customer's order, rests on a learnt answer
-- (it would confirm itself), was cut for SMS, or was deleted since on either side.
create view good_texts as
select v.id as verdict_id, v.at, v.final_content as text, d.draft->>'answer' as draft, c.customer_email as email,
    (
        select string_agg(m.content, E'\n' order by m.chatwoot_message_id) from chatwoot_messages m
        where m.chatwoot_message_id = any (s.answers_messages)
    ) as question
from verdicts v
join drafts d on d.id = v.draft_id
join decisions s on s.id = d.decision_id
join chatwoot_conversations c on c.id = d.conversation_id
join conversation_details t on t.conversation_id = d.conversation_id
join support_approvals a on a.id = v.approval_id
where v.undone_at is null and v.sent_at is not null and v.kind in ('approved', 'edited') and t.channel <> 'sms'
    and case when v.graded_at is null then v.kind = 'approved' and v.edit_distance = 0
        else a.tone_grade + a.accuracy_grade + a.policy_grade >= 12
            and least(a.tone_grade, a.accuracy_grade, a.policy_grade) >= 3 end
    and not exists (
        select from jsonb_array_elements(d.draft->'citations') cited
        where cited->>'kind' = 'order' or cited->>'source' like 'answer % of %'
    )
    and not exists (
        select from chatwoot_messages m
        where m.content = '' and m.chatwoot_message_id = any (s.answers_messages)
    )
    and not exists (
        select from posts p join chatwoot_messages m on m.chatwoot_message_id = p.chatwoot_message_id
        where p.cause like 'reply:' || v.id || ':%' and m.content = ''
    );

-- What was learnt of them, and what was looked at and not learnt; a removed one keeps no text. Erasing a
-- conversation takes its answers along.
create table answers (
    id bigint generated always as identity primary key,
    verdict_id bigint not null unique references verdicts on delete cascade,
    question text not null,
    answer text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    removed_at timestamptz,
    removed_because text,
    check ((removed_at is null) = (removed_because is null)),
    check (removed_at is null or question || answer = '')
);
create index answers_live on answers (id) where removed_at is null;
