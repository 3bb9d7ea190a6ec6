# Statements of test/live/signatures.sh; the format is described there. Lines that begin with # are no part of them.
==
select 1
==
select -1
==
select +1
==
select - -1
==
select 1.5
==
select -1.5
==
select 1e5
==
select 1.5e-3
==
select .5
==
select 'x'
==
select E'a\'b'
==
select U&'d!0061t' UESCAPE '!'
==
select $$a$$
==
select $t$a'b$t$
==
select N'abc'
==
select B'01'
==
select X'1f'
==
select 'a'
'b'
==
select 'a' -- c
  'b'
==
select null
==
select true
==
select false
==
select date '2020-01-01'
==
select date'2020-01-01'
==
select interval '1 day'
==
select interval '1' day
==
select '1'::int
==
select cast('1' as int)
==
select 1::numeric(10,2)
==
select -1::int
==
select '{1,2}'::int[]
==
select array[1,2,3]
==
select array[[1,2],[3,4]]
==
select array['a','b']::text[]
==
select row(1,2)
==
select (1)
==
select timestamp with time zone '2020-01-01 00:00:00+00'
==
select 'x'||'y'
==
select 1+2
==
select 1 - 2
==
select 3*-2
==
select 2 ^ -1
==
select int '5'
==
select double precision '1.5'
==
select json '{"a":1}'
==
select a from t where a in (1,2,3)
==
select a from t where a in (1)
==
select a from t where a in (-1,-2)
==
select a from t where a in ('1','2')
==
select a from t where a in ('1'::int,'2'::int)
==
select a from t where a in ((1),(2))
==
select a from t where a in (1,2+3)
==
select a from t where a in (1,a)
==
select a from t where a in (cast('1' as int),cast('2' as int))
==
select a from t where a in (select 1)
==
select a from t where a in (null,1)
==
select a from t where a in (int '1', int '2')
==
select a from t where a = 1
==
select a from t where a = -1
==
select a from t where a between 1 and 10
==
select a from t where a between -1 and -10
==
select a from t where b like 'x%'
==
select a from t where b ilike 'x' escape '!'
==
select a from t where b similar to 'x'
==
select a from t where a is null
==
select a from t where a is not null
==
select a from t where f is true
==
select a from t where f is not false
==
select a from t where f = true
==
select a from t where not true
==
select a from t where a = any('{1,2}'::int[])
==
select a from t where a = any(array[1,2])
==
select a from t where (a,e) = (1,2)
==
select a from t where (a,e) in ((1,2),(3,4))
==
select a from t where a>1 and b<'z'
==
select a from t where a=1 or a=2
==
select a from t where a is distinct from 1
==
select a from t where a is not distinct from null
==
select a from t where c->'a'->>'b' = 'x'
==
select a from t where c ? 'x'
==
select a from t where c ?| array['x','y']
==
select a from t where c @> '{"a":1}'
==
select a from t where c #>> '{a,b}' = 'x'
==
select a from t where e > 1.5
==
select a from t where d = '2020-01-01'
==
select a from t where d > current_date - 5
==
select a from t where d > now() - interval '1 day'
==
select a from t where extract(year from d) = 2020
==
select a from t where exists (select 1 from t)
==
select a from t where a <> 1
==
select a from t where a != 1
==
select a from t where b ~ '^x'
==
select a from t where b !~* 'y'
==
select a from t where coalesce(a,0) = 0
==
select a from t where a % 2 = 1
==
select a from t where g[1] = 2
==
select a from t where g[1:2] = '{1}'
==
select a from t where substring(b from 1 for 2) = 'x'
==
select a from t where position('x' in b) > 0
==
select a from t where trim(both 'x' from b) = 'y'
==
select a from t where overlay(b placing 'x' from 1 for 2) = 'z'
==
select a from t where d at time zone 'utc' is null
==
select a from t where nullif(a, 1) = 2
==
select a from t where b collate "C" = 'x'
==
select a from t where a in (1,2) and a not in (3,4)
==
select a from t where a=1--x
 and e=2
==
select a from t where /* c */ a /* /* n */ */ = 1
==
select a from t where a::text = '1'
==
select a from t where f is unknown
==
select 1, 2, 'x'
==
select a, 1 as one from t
==
select 'x' as "Quoted ""n"
==
select case when f then 1 else 2 end from t
==
select case a when 1 then'x'else'y'end from t
==
select a from t order by 1
==
select a, b from t order by 1 desc, 2
==
select count(*) from t group by a having count(*) > 1
==
select a from t limit 10
==
select a from t limit 10 offset 5
==
select a from t limit all
==
select a from t fetch first 5 rows only
==
select a from t limit null
==
select 1 union select 2
==
select 1 union all select 2 order by 1
==
values (1,'a'),(2,'b')
==
select * from (values (1,'a'),(2,'b')) v(x,y)
==
insert into t(a) values (1)
==
insert into t(a,b) values (1,'x'),(2,'y'),(3,'z')
==
insert into t(a,b,f) values (1,'x',true),(2,null,false)
==
insert into t select 1
==
insert into t(a) values (default), (-5)
==
insert into t(a) values (1) returning a, 1
==
update t set a = 1 where b = 'x'
==
update t set a = a + 1, b = 'y', f = false
==
update t set (a,b) = (1,'x') where a = -1
==
delete from t where a = 1
==
with x as (select 1 as a) select * from x where a = 1
==
with recursive r(n) as (select 1 union all select n+1 from r where n < 5) select n from r
==
select generate_series(1, 10)
==
select * from generate_series(1, 10, 2) g
==
select sum(a) over (order by a rows between 1 preceding and current row) from t
==
select sum(a) filter (where a > 1) from t
==
select percentile_cont(0.5) within group (order by a) from t
==
select string_agg(b, ',' order by b) from t
==
select now()
==
select current_date - 1
==
select extract(epoch from now())
==
select extract('year' from now())
==
select substring('abc', 1, 2)
==
select format('%s', 1)
==
select '\x00'::bytea
==
select 'x'::text, 'y'::varchar(10)
==
select point(1,2)
==
select '[1,2]'::int4range
==
select xmlelement(name foo, 'x')
==
select greatest(1,2,3)
==
select 1 as a from t tablesample system (10)
==
select distinct on (a) a, 'x' from t
==
select t.* from t where t.a = 1 for update
==
merge into t using (select 1 as x) s on t.a = s.x when matched then update set b = 'm'
==
select äö.a from t äö where äö.b = 'ü'
==
SELECT A FROM T WHERE B = 'X'
==
select   a  
 from t	where a=1
==
select 1;
==
select a from t where a=1 and b='it''s'
==
select U&"d\0061t" from (select 1 as dat) x
==
select 1 where 'a' = 'b' and true
==
select not false
==
select true and false or null
==
select null::int, null is null
==
select (1,2) = (1,2)
==
select -(1+2)
==
select - 5
==
select +5
==
select a - 1, a -1, a-1 from t
==
select a*-1 from t
==
select 5 - -5
==
select 100000000000000000000
==
select -9223372036854775808
==
select 1.
== begin
lock table t in share mode
==
truncate t
==
explain select a from t where a = 1
==
create temp table x1 as select 1 as a
==
create temp table x2 (a int default 5, b text default 'x' not null, c varchar(10))
==
comment on table t is 'secret'
==
comment on table t is null
==
create index on t (a) where b = 'x'
==
alter table t alter column a set default 7
==
alter table t alter column b set not null
==
analyze t
==
vacuum t
==
set work_mem = '4MB'
==
set search_path = dbi_signatures, public
==
set search_path to public
==
set local work_mem to 100
==
set time zone 'utc'
==
set time zone utc
==
set session time zone 5
==
set role none
==
set session authorization default
==
set dbi.x = 'secret'
==
reset work_mem
==
show work_mem
==
begin
==
begin isolation level serializable
==
do $$ begin null; end $$
==
create role dbi_sig_r password 'secret'
==
alter role dbi_sig_r valid until '2030-01-01'
==
alter role dbi_sig_r set work_mem = '4MB'
==
drop role dbi_sig_r
==
notify ch, 'secret'
==
listen ch
==
copy (select 1) to stdout with (format csv, delimiter ';')
==
copy (select a from t where b = 'x') to stdout
==
create function dbi_signatures.f1() returns int language sql as $$ select 1 $$
==
create function dbi_signatures.f2(x int default 5) returns int language sql set search_path = a, b as 'select 1'
==
select f1()
==
grant select on t to public
==
create view v1 as select a from t where b = 'x'
==
declare c1 cursor with hold for select 1
==
checkpoint
== begin
savepoint s1
== begin; savepoint s1
release savepoint s1
== begin; savepoint s1
release s1
== begin; savepoint s1
rollback to s1
== begin; savepoint s1
rollback to savepoint s1
== begin; savepoint s1
rollback work to savepoint s1
== begin
commit
== begin
rollback
== prepare p1 as select 1
deallocate p1
== prepare p1 as select 1
deallocate prepare p1
==
deallocate all
== begin; declare c1 cursor for select 1
fetch 5 from c1
== begin; declare c1 cursor for select 1
fetch forward 5 from c1
== begin; declare c1 cursor for select 1
move 2 in c1
== begin; declare c1 cursor for select 1
close c1
== begin
set transaction read only
=! all prepare p1(int) as select $1
execute p1(1)
=! 12,13,14,15
select 0x1F
=! 12,13,14,15
select 1_000
=! all
select -(4242)
=! all
select - -4242
=! all
select 1; select 2
=! all
select 'x'a
=! all
select - -4242424243, 'secret'
=! all
select -(42.42e5)
=! all
select 1 where -(4242) < 5 and 'secret' <> ''
=! all
select -( /* c */ 4242 )
