# Statements of test/live/mysql_signatures.py; the format is described there. Lines that begin with # are no part of them.
==
select 1
==
select -1, +1, - -1, a - 1, a-1, a = -1
==
select 'a' 'b'
==
select 'a' "b"
==
select N'x', n'x'
==
select _utf8mb4'x', _latin1 'x', _binary x'1f', _utf8 0x41
==
select x'1f', 0x1F, b'01', 0b01
==
select 1.5, .5, 1., 1e5, 1.5e-3
==
select date'2020-01-01', time '10:00:00', timestamp'2020-01-01 00:00:00'
==
select {d '2020-01-01'}
==
select null, true, false
==
select a from t where a is null and b is not null and c = null
==
select @x, @`x y`, @'z', @"z", @@version, @@global.max_connections, @@session.sql_mode, @a.b
==
select @x := 1
==
set @x = 1, @y = 'b'
==
set autocommit = on
==
select a from t where b in (1,2,3)
==
select a from t where b in (1)
==
select a from t where b in ('a')
==
select a from t where b in (-1,-2)
==
select a from t where b in (1,a)
==
select a from t where b in ((1),(2))
==
select a from t where (a,b) in ((1,2),(3,4))
==
select a from t where b in (null,1)
==
insert into t values (1,2),(3,4)
==
insert into t values (1),(2)
==
insert into t values (1)
==
insert into t (a,b) values (1,now()),(2,now())
==
insert into t values (-1,null,true),(1,2,3)
==
insert into t values (default, 1)
==
insert into t set a = 1, b = 'x'
==
insert into t values (1,2) on duplicate key update a = values(a), b = 3
=! mysql
select `a b`, `a``b`, a from `app`.`t`
==
select a as 'x y' from t
==
select 1 'alias'
==
select 1 as "alias"
==
create user 'dbi_sig_joe'@'localhost' identified by 'secret'
==
create user dbi_sig_joe@localhost identified by 'secret'
==
create user `dbi_sig_joe`@`localhost` identified by 'secret'
=! mysql
alter user dbi_sig_joe identified by 'secret'
==
set password for 'dbi_sig_joe'@'localhost' = 'secret'
==
grant select on *.* to dbi_sig_joe@'%'
==
grant all on app.* to 'dbi_sig_joe'@'%' identified by 'secret'
==
drop user dbi_sig_joe@localhost
==
select 1 /*!50000 + 2 */
==
select 1 /*!40000 + 2 */ /*!99999 + 3 */
==
select 1 /*M! + 2 */
==
select 1 /*M!100000 + 2 */ /*M!999999 + 3 */
==
select 1 /*!50700 + 2 */
==
select 1 /*!100100 + 2 */
==
select 1 /*! + 'x' */ from t
==
select /*+ NO_INDEX_MERGE(t) */ a from t
==
select /*+ SET_VAR(sql_mode='ANSI') */ 1
==
select 5--5
==
select 5 - -5
==
select a from t order by 1, a desc
==
select a from t group by 1 having a > 1
==
select a from t limit 5
==
select a from t limit 5, 10
==
select a from t limit 5 offset 10
==
select a from t where a <> 1 and b != 2 and not a
==
select ! a, !1, ~1, a && b, a || b, a xor b, a <=> 1
==
select a->'$.x', a->>'$.x' from t
==
select a div -1, a mod -1, a % -1, a regexp 'x', a rlike 'x', a not rlike 'x'
==
select interval -1 day + now()
==
select now() + interval 1 day, date_add(now(), interval '1' hour)
==
select cast('1' as signed), convert('1', char), convert('x' using utf8mb4), binary 'x'
==
select extract(year from now())
==
select distinctrow a from t
==
select now(), current_timestamp, localtimestamp, current_timestamp(), now(6)
=! mariadb11
select localtime, localtime() from t
==
select curdate(), current_date, curtime(), current_time, utc_timestamp
==
select user(), session_user(), system_user(), current_user
==
select substr('a',1), substring('a',1), mid('a',1,1)
==
select std(a), stddev(a), stddev_pop(a), variance(a), var_pop(a), stddev_samp(a)
==
select schema(), database()
==
show schemas
==
show databases
==
show fields from t
==
show columns from t
==
show indexes from t
==
show keys from t
==
show index from t
==
select timestampadd(sql_tsi_day, 1, now()), timestampadd(day, 1, now())
==
select timestampdiff(sql_tsi_hour, a, b), timestampdiff(month,a,b)
==
create table x2 (a integer, b int4, c int8, d int1, e int2, f int3, g middleint, h dec(5,2), i numeric(5,2), j float4, k float8, l character(5), m varcharacter(5), n long, o double precision, p real, q fixed(5,2), r bool, s boolean)
==
create table x3 (a int not null default 5, b varchar(10) default null comment 'secret', key (a), index k2 (b))
==
drop table if exists x2, x3
==
savepoint s1
==
rollback to savepoint s1
==
release savepoint s1
=! mysql
prepare p from 'select 1'
=! all
execute p
=! mysql
execute p using @a
=! mysql
deallocate prepare p
==
select time, day, user, names, session from t
==
select t.`time`, t.day from t
==
select a.b.c from a.b
==
select _foo 'x' from t
==
do 1
==
begin
==
start transaction
==
start transaction read only
==
commit
==
explain select 1
==
desc t
==
describe t
==
explain format=json select a from t where a = 1
==
select match(a) against ('x' in boolean mode) from t
==
select case when a then 'x' else 'y' end from t
==
select case a when 1 then'x'else'y'end from t
==
select if(a, 1, 2), ifnull(a, 0), nullif(a, 1), coalesce(a,0) from t
==
select a from t where a between 1 and 10
==
select a from t where a between -1 and -10
==
select a from t where b like 'x%' escape '!'
==
select a from t where exists (select 1 from t)
==
with x as (select 1 as a) select * from x where a = 1
==
select a from t union all select 2
==
values row(1,2), row(3,4)
==
values (1,2),(3,4)
==
select count(*), count(distinct a), group_concat(a order by b separator ',') from t
==
select row_number() over (partition by a order by b) from t
==
select json_extract(a, '$.x') from t
==
load data infile 'secret' into table t fields terminated by ','
==
select a into outfile 'secret' from t
==
unlock tables
==
replace into t values (1,2)
==
update t set a = a + 1, b = 'y' where c = -1 order by a limit 1
==
delete from t where a = 1 limit 5
==
delete t1 from t t1 join t t2 on t1.a = t2.a where t1.b = 'x'
==
analyze table t
==
show variables like 'x%'
==
show status
==
select straight_join a from t use index (k1) force index for order by (k2)
==
select a from t partition (p0)
==
select a collate utf8mb4_bin from t
==
select 'x' collate utf8mb4_bin
==
select position('x' in a), locate('x', a), trim(both 'x' from a), trim(leading from a) from t
==
select char(65, 66 using utf8mb4)
==
select a from t for update skip locked
==
select a from t lock in share mode
==
select get_format(date, 'USA')
==
select 1 from dual
==
alter table t add column c int first, drop column d, modify a bigint unsigned, change b bb text
==
create index i1 on t (a desc, b(10))
==
create view v1 as select a from t where b = 'x'
==
select 0x1F, 1, x'1f' from t where a in (0x1F, 'x', 1)
==
select (1), ((1)), (1,2), row(1,2) from t
==
select -(1), -(1+2), - 5
==
select a from t where a = - 5 and b = + 5 and -a = 5
==
set @@global.max_connections = 5, @@session.autocommit = 1
==
set transaction isolation level read committed
==
select 'it''s', 'it\'s', "it""s"
==
select /* c */ 1 # 'secret'
==
select 1 -- secret
 + 2
==
select 1 --a from t
==
select a--
 from t
==
select 'a' || 'b', a || b from t
==
select /*!99999 'secret' /* y */ z */ 1
==
select /*!50000 1 /* c */ + 2 */ + 3
==
select 1 /*!500001 + 2 */
==
select 1 /*!080034 + 2 */
==
select 1 /*!90704 + 2 */
==
select 1 /*!50000 + 'secret' */
==
select 1 /*M!100500 + 'secret' */
==
select /*! straight_join */ a from t where b = 'secret'
==
select b'01', B'01', X'1F'
==
select -'x', - 'x', -x'1f', -null, -true
==
select a from t where f is true and f is not false and f is unknown
==
select - -1, - - -1, 1 - - 1, +-1
==
select (-1), (-1,-2), (- 1)
==
select if(-1,-1,-1)
==
select @a := -1
==
select distinct -1
==
select a from t having -1
==
select a from t order by -1
==
select a from t group by -1
==
select a in (- 1), case -1 when -1 then -1 else -1 end from t
==
update t set a = -1
==
set @a = -1
==
do -1
==
select a from t where a like -1 or -1 and -1 xor -1
==
select a << -1, a >> -1, a | -1, a & -1, a ^ -1, ~ -1, ! -1 from t
==
select binary -1
==
alter table t alter a set default -1
==
select a from t where a not in (-1)
==
select 1 as `a'b`
==
alter table t add foreign key (a) references u (b) on delete set null
=! mysql
alter user dbi_sig_joe identified by 'secret'
==
select a from t where b = 'secret' and c = "secret" and e = 42.42 and d = date'2020-01-01'
==
select a from t where b in ('secret', "it's secret", 'a\'secret', N'secret', _utf8mb4'secret', x'42')
==
insert into t (a, b) values (42.42, 'secret'), (-42.42, "secret"), (.42, null)
==
select A.b, `A`.`B` from T as A where A.`b`='Ü' and a.c=1e5 and 5.=.5
==
select äö.a from t äö where äö.b = 'ü'
==
select straight_join sql_no_cache a from t ignore index (a) where b sounds like 'x'
==
select concat('a', "b", 'c' 'd'), concat_ws(',', a, 'x'), left(b, 2), replace(b, 'x', 'y') from t
==
select char_length(b), json_object('a', 1, 'b', 'x'), date_format(d, '%Y'), round(e, 2) from t
==
select t.a, (select max(x.a) from t x where x.b = t.b and x.c = 'x') m from t where (a, b) in (select 1, 'x')
==
select a from t where a = any (select 1) or a > some (select 2) or a = all (select 3)
==
select a from t natural join t u left join t v using (a) cross join t w
==
select a from t where d between '2020-01-01' and now() - interval 1 month
==
select a, count(*) from t group by a with rollup having count(*) > 5 order by null
==
(select a from t limit 1) union distinct (select 5) order by 1 limit 2
==
delete from t where a in (select * from (select 1) x) order by a limit 5
==
insert ignore into t (a) select a from t where b = 'x' on duplicate key update a = 5
==
insert into t (a, b) values (1, default), (default(a), 'x')
==
replace into t set a = 1, b = 'x'
==
load data local infile 'secret' into table t fields terminated by ',' enclosed by '"' lines terminated by '\n' (a, b)
==
create table x4 (a enum('secret', 'b'), b set('x', 'y'), c datetime(6) default current_timestamp(6), d text charset utf8mb4 collate utf8mb4_bin)
==
create table x5 (id bigint unsigned not null auto_increment primary key, b char(5) comment 'secret') engine=innodb auto_increment=5 partition by range (id) (partition p0 values less than (10), partition p1 values less than maxvalue)
==
create or replace view v2 as select a from t where b = 'secret'
==
create procedure p1(in x int) select a from t where a = x and b = 'secret'
==
call p1(42.4)
==
drop procedure if exists p1
==
grant select on dbi_signatures.* to 'dbi_sig_joe'@'localhost'
==
show grants for 'dbi_sig_joe'@'localhost'
==
show create table t
==
show table status like 'x%'
==
show full processlist
==
show index from t where key_name = 'x'
==
flush tables
==
optimize table t
==
check table t
==
set session max_statement_time = 5
==
set @@session.sort_buffer_size = 1000000
==
set session transaction read only
==
begin work
==
commit and chain
==
rollback
==
select get_lock('secret', 0), release_lock('secret'), sleep(0)
==
select a from t where b regexp 'secret' or b not like "secret" or b collate utf8mb4_bin = 'x'
==
select * from t where match (b) against ('secret')
==
select /* 'secret' */ a, /* " */ b /* ' */ from t
==
select sql_calc_found_rows a from t limit 1
==
select a from t where a is not null and not isnull(a) and a <=> null
==
select 1 where 1 = 1
==
select a from t where date(d) = '2020-01-01' and year(d) = 2020 and quarter(d) = 1 and week(d) = 5 and second(d) = 1
==
select last_insert_id(), row_count(), found_rows(), connection_id(), version(), uuid()
==
select weight_string('secret'), hex('secret'), unhex('42'), md5('secret'), inet_aton('42.42.42.42')
==
select localtimestamp, utc_date(), utc_time
==
xa recover
==
select a from t where a % 5 = 0 and a mod 5 = 0 and a div 5 = 0
==
select timestamp('2020-01-01', '10:00:00'), time(now()), date(now()), timestamp '2020-01-01 00:00:00'
==
select a from t where b = 'a\\' and c = 'secret'
==
select a from t where b = 'secret\\\'secret' and c = ''''
==
select 'a' /* x */ 'b' -- c
 'd'
==
select n'x', N'secret', _binary 'secret', _latin1'secret' collate latin1_bin
==
select count(*) c from t where a=1 and b='x'or c='y'and e=2
==
select 1 as `select`, 2 as `from`, 3 as `null` from t as `day`
==
select `day`.a, `user`.b from t `day`, t `user`
==
select group_concat(distinct a order by a desc separator 'secret') from t
==
select cast('42.4' as decimal(5,2)), cast(a as char(10)), cast('x' as binary), convert(a, unsigned) from t
==
select interval(5, 1, 2), field('secret', 'a'), elt(1, 'secret'), make_set(1, 'secret'), export_set(5, 'Y', 'N') from t
==
select 1 /*! + 2 # 'secret' */ + 3
 */
==
select 1 /*! + 2 -- 'secret' */ + 3
 */
==
select 1 /*!50000 + 'secret */ secret' */
==
select 1 /*!50000 + /* 'secret' */ 2 */ + 3
==
select 1 /*!50000+2*//*!50000+3*/
==
select/**/a/**/from/**/t where b='secret'/**/
==
select 1 /*!50000 + 2 /*!99999 'secret' */ */ + 3
==
select 1 /*!*/ + 2
==
select 1 --	'secret'
 + 2
==
select a from t where b = 'secret' and a=-1-- 'secret'
==
select if(a in (1), (3), b) from t
==
select round(1), (2), (3), a from t
==
select a, (1), (2), b, (3) from t
==
select (1), (2, 3), 4, (5), (6), row(1, 2), (3, 4) from t
==
select concat('a', ('b'), ('c')), upper('a'), ('b'), coalesce(1, 2), (3, 4) = (5, 6) from t
==
insert into t (a, b) values (1, 'x'), (2, 'y'), (round(1), 'z'), (3, 'w')
==
insert into t (a) values (1), (2), (round(3)), (4), (5)
==
select if(a like 'x', 2, 3 div b), a between 1 and 2, 3 from t
==
select a = 1, _latin1'x', true, -2 + b, (3), 4 from t where a in (1, 2 + a, 3, 4, date'2020-01-01', 5)
==
grant select on dbi_signatures.* to 'dbi_sig_a'@'h', `dbi_sig_b`@'h', dbi_sig_c@h
==
select t.1st, 2020_sales from t
== ANSI_QUOTES
select "a", "b c", 'secret' from t where "B" = 'x'
== ANSI_QUOTES
select @"z y", @`z`, a from t
== NO_BACKSLASH_ESCAPES
select 'a\', b, 'secret', 'c' from t
== PIPES_AS_CONCAT
select 'a' || 'b', a || b from t
== ANSI_QUOTES,PIPES_AS_CONCAT
select a from t where "a" = 'secret' || b
== IGNORE_SPACE
select now (), count (*) from t
=! mariadb ANSI_QUOTES
select 1 as "a""b"
