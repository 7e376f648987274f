-- name: begin
-- Sign somebody in.
insert into sessions (key, person_id, name, email, role, expires_at)
values (%(key)s, %(id)s, %(name)s, %(email)s, %(role)s, now() + %(lasts)s::interval);

-- name: session
-- Say who is signed in with a key, and whether their rights were checked a while ago.
select person_id as id, name, email, role, checked_at < now() - %(believed)s::interval as old
from sessions where key = %(key)s and expires_at > now();

-- name: checked
-- Take over what Chatwoot says of a person now.
update sessions set name = %(name)s, email = %(email)s, role = %(role)s, checked_at = now() where key = %(key)s;

-- name: end
-- Sign a browser out.
delete from sessions where key = %(key)s;

-- name: end_all_of
-- Sign a person out everywhere.
delete from sessions where person_id = %(id)s;

-- name: signed_in
-- List who is signed in.
select person_id as id, name, email, max(role) as role, count(*) as browsers, min(started_at) as since
from sessions where expires_at > now() group by person_id, name, email order by name;

-- name: offer
-- Keep a key that signs somebody in, once.
insert into sign_in_keys (key, browser, person_id, name, email, role, expires_at)
values (%(key)s, %(browser)s, %(id)s, %(name)s, %(email)s, %(role)s, now() + %(lasts)s::interval)
on conflict (key) do nothing;

-- name: pair
-- Say whose code it is; only a code that waits, and that nobody claimed before.
update sign_in_keys set person_id = %(id)s, name = %(name)s, email = %(email)s, role = %(role)s
where key = %(key)s and browser is not null and person_id is null and expires_at > now();

-- name: redeem
-- Use up a key of this browser, or a link; gives whose it is.
delete from sign_in_keys
where person_id is not null and expires_at > now() and (key = %(key)s and browser is null or browser = %(browser)s)
returning person_id as id, name, email, role;

-- name: clear
-- Forget what has run out.
with gone as (delete from sign_in_keys where expires_at < now()) delete from sessions where expires_at < now();
