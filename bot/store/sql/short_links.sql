-- name: reuse
-- Find the code of a target that stays good for most of the time that a new one would.
select code from short_links where target = %(target)s and expires_at > %(until)s
order by expires_at desc limit 1;

-- name: make
-- Give a target a code, unless the code is taken; what has expired goes with this occasion.
with expired as (delete from short_links where expires_at <= now())
insert into short_links (code, target, expires_at) values (%(code)s, %(target)s, %(expires_at)s)
on conflict (code) do nothing returning code;

-- name: follow
-- Say where a code leads, if it is still good, and count the click if it is a person's.
update short_links set clicks = clicks + %(counts)s where code = %(code)s and expires_at > now()
returning target;

-- name: clicks
-- Say how often a code was followed.
select clicks from short_links where code = %(code)s;
