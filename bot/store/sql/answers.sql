-- name: new
-- List good texts that were not looked at yet, oldest first.
select verdict_id, at, question, text, draft, email from good_texts g
where not exists (select from answers a where a.verdict_id = g.verdict_id) and question is not null
order by verdict_id limit 200;

-- name: keep
-- Keep what was learnt of a text, once; gives its number.
insert into answers (verdict_id, question, answer, created_at, expires_at)
values (%(verdict)s, %(question)s, %(answer)s, %(at)s, %(at)s + %(lasting)s::interval)
on conflict (verdict_id) do update set verdict_id = excluded.verdict_id
returning id;

-- name: refuse
-- Keep why nothing is learnt of a text, once.
insert into answers (verdict_id, question, answer, created_at, expires_at, removed_at, removed_because)
values (%(verdict)s, '', '', %(at)s, %(at)s, now(), %(because)s)
on conflict (verdict_id) do nothing;

-- name: sweep
-- Remove what is too old, is not good any more, or stood in a draft that people rejected or graded low.
update answers a set question = '', answer = '', removed_at = now(), removed_because =
    case when a.expires_at <= now() then 'expired'
        when not exists (select from good_texts g where g.verdict_id = a.verdict_id) then 'undone, deleted or graded low'
        else 'a draft that cited it was bad' end
where a.removed_at is null and (
    a.expires_at <= now()
    or not exists (select from good_texts g where g.verdict_id = a.verdict_id)
    or exists (
        select from verdicts v join drafts d on d.id = v.draft_id left join support_approvals p on p.id = v.approval_id
        cross join jsonb_array_elements(d.draft->'citations') cited
        where v.undone_at is null and cited->>'source' like 'answer ' || a.id || ' of %%'
            and (v.kind in ('rejected', 'replaced') or p.accuracy_grade < 3)
    )
);

-- name: live
-- List the answers in use.
select a.id, a.verdict_id, a.question, a.answer, v.by_name, a.created_at, a.expires_at, a.removed_at,
    a.removed_because
from answers a join verdicts v on v.id = a.verdict_id
where a.removed_at is null and a.expires_at > now() order by a.id;

-- name: newest
-- List the newest answers, removed ones too.
select a.id, a.verdict_id, a.question, a.answer, v.by_name, a.created_at, a.expires_at, a.removed_at,
    a.removed_because
from answers a join verdicts v on v.id = a.verdict_id order by a.id desc limit %(most)s;

-- name: forget
-- Remove answers of these numbers; null stands for all.
update answers set question = '', answer = '', removed_at = now(), removed_because = %(because)s
where removed_at is null and (%(ids)s::bigint[] is null or id = any (%(ids)s::bigint[]));

-- name: restore
-- Let texts whose answers a person removed be looked at again; null stands for all.
delete from answers where removed_because like 'forgotten by %%'
    and (%(ids)s::bigint[] is null or id = any (%(ids)s::bigint[]));
