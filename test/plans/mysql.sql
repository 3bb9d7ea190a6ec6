-- Statements whose plans are the fixtures of MySQL and MariaDB. Read by collect_mysql.py; README.md says what the marks mean.
-- SPDX-License-Identifier: Apache-2.0

-- setup: mysql
set cte_max_recursion_depth = 100000;
create table numbers (n int primary key);
insert into numbers with recursive s (n) as (select 0 union all select n + 1 from s where n < 9999) select n from s;

-- setup: mariadb
create table numbers (n int primary key);
insert into numbers select seq from seq_0_to_9999;

-- setup:
create table customers (id int primary key, name varchar(40) not null, city varchar(20), born date, referrer int, unique key by_name (name));
insert into customers select n, concat('customer ', n), elt(1 + n % 5, 'Aachen', 'Bergen', 'Cork', 'Delft', 'Espoo'),
  date '1960-01-01' + interval n * 7 % 14000 day, nullif(n % 40, 0) from numbers where n between 1 and 1000;
create table orders (id int primary key, customer_id int not null, placed date not null, status varchar(10) not null, total decimal(10, 2),
  note varchar(40), key by_customer (customer_id), key by_placed (placed), key by_status_total (status, total));
insert into orders select n, 1 + n * 7919 % 1000, date '2024-01-01' + interval n % 365 day, elt(1 + n % 4, 'new', 'paid', 'sent', 'back'),
  n % 1000 + 0.5, if(n % 10 = 0, concat('note ', n), null) from numbers where n > 0;
create table items (order_id int, line int, product_id int, quantity int, price decimal(8, 2), primary key (order_id, line), key by_product (product_id));
insert into items select 1 + n div 2, 1 + n % 2, 1 + n * 31 % 200, 1 + n % 9, n % 97 + 0.25 from numbers;
create table products (id int primary key, name varchar(40), kind varchar(10), weight int, maker int, key by_kind (kind), key by_weight (weight),
  key by_maker_weight (maker, weight), fulltext key words (name));
insert into products select n, concat('product ', n), elt(1 + n % 3, 'tool', 'toy', 'tea'), nullif(n % 50, 7), n % 11 from numbers where n between 1 and 200;
create table staff (id int primary key, boss int, name varchar(40), key by_boss (boss));
insert into staff select n, nullif(n div 3, 0), concat('staff ', n) from numbers where n between 1 and 100;
create table plain_words (word varchar(20), size int);
insert into plain_words select concat('word ', n % 30), n from numbers where n < 120;
create table `Mixed ``Case` (`Id` int primary key, `odd " column` varchar(20), key `Mixed Index` (`odd " column`));
insert into `Mixed ``Case` select n, concat('text ', n % 20) from numbers where n < 100;
create table events (id int, happened date not null, kind varchar(10), key by_happened (happened)) partition by range columns (happened)
  (partition p2024_01 values less than ('2024-02-01'), partition p2024_02 values less than ('2024-03-01'), partition p_rest values less than (maxvalue));
insert into events select n, date '2024-01-01' + interval n % 90 day, concat('kind ', n % 5) from numbers where n < 3000;
create table stock (product_id int primary key, on_hand int not null, note varchar(40), key by_on_hand (on_hand));
insert into stock select n, n % 30, concat('note ', n % 5) from numbers where n between 1 and 200;
create table orders_2 like orders;
insert into orders_2 select * from orders where id < 2000;
create view cork as select id, name from customers where city = 'Cork';
create view totals as select customer_id, sum(total) as total, count(*) as n from orders group by customer_id;
analyze table numbers, customers, orders, items, products, staff, plain_words, `Mixed ``Case`, events, stock, orders_2;

-- ---------------------------------------------------------------- Access

-- name: no_table
select 98761234 as n, 'canary_output' as t, now() > '2020-02-02' as late;

-- name: impossible_where
select name from staff where 1 = 0 and name = 'canary_false';

-- name: no_row
select name from staff where id = 98761234;

-- name: const_table
select c.name, o.total from customers c join orders o on o.customer_id = c.id where c.id = 77 and o.status <> 'canary_const';

-- name: minimum_from_index
select max(placed), min(id) from orders;

-- name: full_scan
select id, name from customers where city = 'canary_city' or born > '1999-12-31' and referrer <> 98761234;

-- name: full_scan_count
select count(*) from items where price * 2 > 98.765;

-- name: index_scan
select status, total from orders order by status, total limit 7;

-- name: index_scan_backward
select id, status from orders order by id desc limit 7;

-- name: index_covering
select id, weight from products where maker = 3 and weight > 12;

-- name: ref
select id from orders where customer_id = 234 and status <> 'canary_ref';

-- name: ref_or_null
select id from products where weight = 12 or weight is null;

-- name: eq_ref
select o.id, c.name from orders o join customers c on c.id = o.customer_id where o.id < 20 and c.city <> 'canary_eq';

-- name: range
select id, note from orders where placed between '2024-02-03' and '2024-02-05' and note is not null;

-- name: range_list
select id, total from orders where customer_id in (5, 6, 7, 98761234) and total > 98.5;

-- name: range_or
select note from orders where id < 5 or id between 100 and 103 or id > 98761234;

-- name: range_condition_in_index
select note from orders where status = 'new' and total between 100 and 110.5 and total <> 105.5;

-- name: range_multi_read
-- set: optimizer_switch = 'mrr=on,mrr_cost_based=off'
select note from orders where customer_id between 98 and 105;

-- name: range_for_group
select status, max(total) from orders group by status;

-- name: range_skip_scan
-- versions: mysql
select maker, weight from products where weight > 47;

-- name: range_each_record
select count(*) from staff s join orders o on o.customer_id < s.boss or o.placed = s.name where s.id < 4;

-- name: index_merge_union
select id, note from orders where customer_id = 77 or placed = '2024-05-05';

-- name: index_merge_sort_union
select id, note from orders where customer_id < 4 or placed > '2024-12-30';

-- name: index_merge_intersection
-- set: [mysql] optimizer_switch = 'index_merge_intersection=on'
select count(*) from products use index (by_kind, by_weight) where kind = 'toy' and weight = 12;

-- name: fulltext
select id from products where match (name) against ('canary_words 98' in boolean mode) and weight < 40;

-- name: rowid_filter
-- versions: mariadb
select count(*), max(o.note) from orders o where customer_id between 3 and 90 and placed between '2024-02-02' and '2024-02-06' and note <> 'canary_rowid';

-- name: forced_index
select id, note from orders force index (by_placed) where placed > '2024-03-03' and note = 'canary_forced';

-- name: partitions
select count(*) from events where happened between '2024-01-10' and '2024-02-20' and kind = 'canary_kind';

-- ---------------------------------------------------------------- Joins

-- name: nested_loop
select o.id, i.quantity from orders o join items i on i.order_id = o.id where o.customer_id = 234 and i.price > 9.25;

-- name: hash_join
select count(*) from plain_words w join products p on p.weight + 0 = w.size where w.word <> 'canary_hash' and p.name like 'product 1%';

-- name: hash_left_join
select w.word, p.product_id from plain_words w left join stock p on p.on_hand + 7 = w.size and p.note <> 'canary_left' where w.size < 30;

-- name: join_on_inequality
select count(*) from plain_words w join plain_words v on w.size < v.size - 98 and v.word > 'canary_join';

-- name: left_join
select s.id, b.name from staff s left join staff b on b.id = s.boss and b.name <> 'canary_left' where s.id < 40;

-- name: right_join
select s.id, o.id from orders o right join staff s on o.customer_id = s.id and o.status = 'new' where s.id in (2, 3, 98);

-- name: join_of_five
select c.city, p.kind, sum(i.price) from customers c join orders o on o.customer_id = c.id join items i on i.order_id = o.id
join products p on p.id = i.product_id left join stock s on s.product_id = p.id
where o.placed between '2024-03-01' and '2024-03-09' and (s.on_hand is null or s.on_hand > 3) group by c.city, p.kind;

-- name: cross_join
select count(*) from staff a, plain_words b where b.size < 3;

-- name: semi_join_first_match
-- set: optimizer_switch = 'materialization=off,loosescan=off'; [mysql] optimizer_switch = 'duplicateweedout=off'
select id from customers c where id < 90 and exists (select 1 from orders o where o.customer_id = c.id and o.total > 500.5);

-- name: semi_join_materialized
-- set: optimizer_switch = 'firstmatch=off,loosescan=off'; [mysql] optimizer_switch = 'duplicateweedout=off'
select id from staff where id in (select w.size from plain_words w where w.word <> 'canary_semi');

-- name: semi_join_loose_scan
-- set: optimizer_switch = 'firstmatch=off,materialization=off'; [mysql] optimizer_switch = 'duplicateweedout=off'
select name from customers where id in (select customer_id from orders where customer_id < 98);

-- name: semi_join_duplicates_weeded_out
-- set: optimizer_switch = 'firstmatch=off,materialization=off,loosescan=off'
select id from staff where id in (select w.size from plain_words w where w.word <> 'canary_weed');

-- name: anti_join
select id from customers c where id < 90 and not exists (select 1 from orders o where o.customer_id = c.id and o.total > 900.5);

-- name: anti_join_left
select c.id from customers c left join orders o on o.customer_id = c.id and o.total > 990.5 where o.id is null and c.id < 50;

-- ---------------------------------------------------------------- Subqueries, derived tables, common table expressions

-- name: subquery_dependent
select c.id, (select max(total) from orders o where o.customer_id = c.id and o.status <> 'canary_dependent') from customers c where c.id < 30;

-- name: subquery_in_condition
select id from orders where total > (select avg(total) + 498.5 from orders where status = 'canary_scalar' or status = 'new') and id < 3000;

-- name: subquery_not_in
select id from staff where boss not in (select referrer from customers where city = 'Cork' and referrer is not null);

-- name: subquery_any
select id from staff s where id + 3 > any (select size from plain_words where word = 'canary_any' or size > 98);

-- name: subquery_in_having
select status, count(*) as n from orders group by status having n > (select count(*) from staff where name <> 'canary_having') order by (select 98), n;

-- name: subquery_uncacheable
select id from staff where id < (select rand() * 50 + 98 from plain_words where size = 5);

-- name: derived_merged
select d.id from (select id, name, city from customers where city = 'Delft') d where d.name <> 'canary_merged' and d.id < 60;

-- name: derived_materialized
select d.customer_id, c.name from (select customer_id, sum(total) as total from orders where status = 'paid' group by customer_id) d
join customers c on c.id = d.customer_id where d.total > 2987.5;

-- name: derived_lateral
-- versions: mysql
select c.id, l.id from customers c, lateral (select id from orders o where o.customer_id = c.id and total > 98.5 order by total desc limit 2) l where c.id < 9;

-- name: view_merged
select * from cork where id < 98 and name <> 'canary_view';

-- name: view_materialized
select * from totals where n > 9 and total > 4987.5;

-- name: cte
with recent as (select customer_id, total from orders where placed > '2024-12-20' limit 98)
select r.customer_id, s.total from recent r join recent s on r.customer_id = s.customer_id where s.total > 900;

-- name: cte_recursive
with recursive chain as (
  select id, boss, 1 as depth from staff where id = 87
  union all
  select s.id, s.boss, depth + 1 from staff s join chain c on s.id = c.boss where depth < 98)
select * from chain where depth > 2;

-- name: table_function
-- versions: mysql
select j.* from json_table('[{"canary_key": 7}, {"canary_key": 98761234}]', '$[*]' columns (id int path '$.canary_key')) j where j.id > 8;

-- name: table_function_of_mariadb
-- versions: mariadb 10.6+
select j.* from json_table('[{"canary_key": 7}, {"canary_key": 98761234}]', '$[*]' columns (id int path '$.canary_key')) j where j.id > 8;

-- name: values_rows
-- versions: mysql
values row (1, 'canary_values'), row (98761234, 'b') order by 1 limit 1;

-- ---------------------------------------------------------------- Sorts, groups, windows, sets

-- name: filesort
select id, city from customers where id <= 120 order by concat(city, 'canary_sort'), born desc, name;

-- name: filesort_limit
select id, total from orders where status <> 'canary_top' order by total desc, note limit 8 offset 4;

-- name: filesort_of_join
select o.id, c.city from orders o join customers c on c.id = o.customer_id where o.total > 990 order by c.city, o.total + 98.5;

-- name: sort_on_disk
-- set: sort_buffer_size = 32768
select id from orders order by note, total, status, placed limit 9000, 3;

-- name: limit_offset
select id, note from orders where total > 3.5 limit 5 offset 987;

-- name: distinct_rows
select distinct city, born from customers where born < '1965-05-05';

-- name: group_by_index
select customer_id, count(*) from orders where customer_id > 900 group by customer_id having count(*) > 9;

-- name: group_by_temporary
select city, concat(lower(name), 'canary_group') as g, count(*), avg(id) from customers where id < 50 group by city, g having avg(id) > 20.5;

-- name: group_by_sort
select city, group_concat(distinct name order by born desc separator 'canary_separator') from customers where id < 98 group by city order by count(*) desc;

-- name: rollup
select status, placed, count(*) from orders where total > 990 group by status, placed with rollup;

-- name: aggregate
select count(distinct city), sum(id = 98761234), std(id) from customers where name <> 'canary_aggregate';

-- name: window
select id, sum(total) over (partition by status order by id rows between 2 preceding and current row) as s,
  lag(total, 3) over w, ntile(4) over w from orders where id < 100 window w as (order by total, placed);

-- name: window_of_groups
select city, count(*) as n, rank() over (order by count(*) desc) as place from customers group by city having n > 98 order by place;

-- name: union_all
select id, 'canary_append' from staff where id < 5 union all select id, city from customers where id > 998;

-- name: union_distinct
(select city from customers where id < 98 order by born limit 5) union (select name from staff where id > 98) order by 1 limit 9;

-- name: intersect_rows
select city from customers where id < 500 intersect select city from customers where referrer > 30;

-- name: except_rows
select referrer from customers except select id from staff where id > 12;

-- ---------------------------------------------------------------- Expressions, odd texts, odd names

-- name: expressions
select id from orders where (case when total > 98761.5 then 'canary_case' else status end) in ('canary_list', 'two words') and cast(total as char) like '%canary%'
  and status regexp '^canary_regex' and placed + interval 3 day between timestamp '2024-02-03 04:05:06.789' and '9999-12-31'
  and not (status <=> 'canary_safe') and coalesce(nullif(status, 'canary_null'), 'canary_coalesce') not in ('canary_in', 'b', 'c')
  and extract(year from placed) = 2024 and not (customer_id = -98761234 or total is null) and note <> "canary `tick`"
  and hex(note) <> x'63616E617279' and b'101' + id > 0x1F and note collate utf8mb4_bin <> _utf8mb4'canary_set' and 1.5e-3 < total and binary note <> 'canary_binary';

-- name: quotes_in_literals
select id from orders where note <> "canary \"double\" it's" and status <> 'it''s \'canary\' \\' and note not like '%canary\_like';

-- name: expressions_json
-- versions: mysql
select id from products where json_extract(json_object('canary_key', name), '$.canary_path') = 'canary_value' and name ->> '$.canary' is null
  and 98 member of ('[98, 761234]') and json_contains(cast('["canary_json"]' as json), '"canary_needle"');

-- name: literal_like_a_plan
select id from staff where name = 'canary_lines
-> Table scan on forged  (cost=0.5 rows=5) (actual time=0.1..0.2 rows=5 loops=1)
    -> Filter: (forged = 1)
' or name = 'tab	and "quote" \\ back <xml>&amp; ''single'' `tick`' or name = '{"query_block": {"select_id": 98761234}}';

-- name: quoted_names
select `m ``it's`.`Id` as `alias: (odd)` from `Mixed ``Case` as `m ``it's` where `odd " column` = 'canary "quoted"';

-- name: not_ascii
select id as `größe` from staff as `löhne` where name = 'canary_ü€' order by concat(name, 'ß');

-- name: user_variable
-- before: set @canary_variable = 98761234
select id from customers where referrer = @canary_variable and id > 98;

-- name: subquery_cached
-- versions: mariadb
-- set: optimizer_switch = 'semijoin=off,materialization=off'
select w.word from plain_words w where w.size % 7 in (select s.boss from staff s where s.name <> 'canary_cache' and s.id > w.size % 5);

-- name: hypergraph_join
-- versions: mysql
-- set: optimizer_switch = 'hypergraph_optimizer=on'
-- formats: json_v2, tree
select c.city, sum(i.price) from customers c join orders o on o.customer_id = c.id left join items i on i.order_id = o.id and i.price > 98.5
where o.total > 987.5 group by c.city order by 2 desc limit 3;

-- name: hypergraph_anti_join
-- versions: mysql
-- set: optimizer_switch = 'hypergraph_optimizer=on'
-- formats: json_v2, tree
select id from products p where not exists (select 1 from stock s where s.product_id = p.id and s.note <> 'canary_hyper') and p.kind in ('tea', 'toy');

-- ---------------------------------------------------------------- Statements that write

-- name: insert_values
-- options: plain
-- formats: json_v1, json
insert into stock values (401, 98761234, 'canary_what');

-- name: insert_select
-- options: plain
insert into stock select id + 400, 98, concat(name, 'canary_insert') from products where kind = 'tea' and id < 98;

-- name: replace_select
-- options: plain
replace into stock select id, 98, 'canary_replace' from products where id between 5 and 9;

-- name: update
-- options: plain
-- formats: json_v1, json
update stock set note = 'canary_set', on_hand = on_hand + 1 where on_hand = 17 and note <> 'canary_where';

-- name: update_join
-- options: plain
update stock s join products p on p.id = s.product_id set s.note = 'canary_set' where p.kind = 'tea' and s.on_hand < 3;

-- name: delete
-- options: plain
delete from stock where on_hand = 28 and note in ('canary_delete', 'note 3');

-- name: delete_join
-- options: plain
delete s from stock s join products p on p.id = s.product_id where p.name like '%canary';

-- name: update_sorted
-- options: plain
-- formats: json_v1, json
update stock set on_hand = 98 where note <> 'canary_note' order by note limit 5;

-- name: delete_all
-- options: plain
-- formats: json_v1, json
delete from stock;

-- ---------------------------------------------------------------- Variants: NAME~WHAT has the plan of NAME, NAME!WHAT another

-- name: full_scan~literals
select id, name from customers where city = "another" or born > date '2001-01-01' and referrer <> 5;

-- name: full_scan~apostrophe
-- versions: mysql
select id, name from customers where city = "it's another" or born > '2001-01-01' and referrer <> 5;

-- name: full_scan~negative
select id, name from customers where city = 'x' or born > '2001-01-01' and referrer <> -5;

-- name: full_scan~quoting
select `id`, `name` from `customers` where `city` = _utf8mb4'canary_city' or born > "1999-12-31" and referrer <> 98761234;

-- name: full_scan~comments
select /* canary_comment */ id, name from customers -- of a line
where city = 'canary_city' or born > '1999-12-31' and referrer <> 98761234;

-- name: full_scan!operator
select id, name from customers where city = 'canary_city' or born >= '1999-12-31' and referrer <> 98761234;

-- name: full_scan!column
select id, name from customers where name > 'canary_city' or born > '1999-12-31' and referrer <> 98761234;

-- name: ref~literals
select id from orders where customer_id = 7 and status <> '';

-- name: ref!index
select id from orders force index (by_status_total) where customer_id = 234 and status <> 'canary_ref';

-- name: ref!relation
select id from orders_2 where customer_id = 234 and status <> 'canary_ref';

-- name: ref!scan
select id from orders ignore index (by_customer) where customer_id = 234 and status <> 'canary_ref';

-- name: range_list~in_list
select id, total from orders where customer_id in (5, 6, 7, 8, 9, 10, 11, 12, 98761234) and total > 98.5;

-- name: range_list~literals
select id, total from orders where customer_id in (1, 2, 3, 4) and total > -1.5;

-- name: in_list
select id, total from orders where note in ('canary_one', 'canary_two') and id + 0 > 98;

-- name: in_list~in_list
select id, total from orders where note in ('canary_one', 'canary_two', 'three', 'its, four', '5') and id + 0 > 98;

-- name: in_list!operator
select id, total from orders where note not in ('canary_one', 'canary_two') and id + 0 > 98;

-- name: range~literals
select id, note from orders where placed between '2024-06-03' and '2024-06-05' and note is not null;

-- name: range!column
select id, note from orders where placed between '2024-02-03' and '2024-02-05' and total is not null;

-- name: nested_loop~literals
select o.id, i.quantity from orders o join items i on i.order_id = o.id where o.customer_id = 7 and i.price > 1;

-- name: nested_loop!join_type
select o.id, i.quantity from orders o left join items i on i.order_id = o.id and i.price > 9.25 where o.customer_id = 234;

-- name: nested_loop!join_order
select straight_join o.id, i.quantity from items i join orders o on i.order_id = o.id where o.customer_id = 234 and i.price > 9.25;

-- name: hash_join~literals
select count(*) from plain_words w join products p on p.weight + 0 = w.size where w.word <> 'x' and p.name like 'other%';

-- name: filesort~literals
select id, city from customers where id <= 110 order by concat(city, 'another'), born desc, name;

-- name: filesort!sort_key
-- formats: tree, json
select id, city from customers where id <= 120 order by concat(name, 'canary_sort'), born desc, city;

-- name: filesort!sort_direction
-- formats: tree, json
select id, city from customers where id <= 120 order by concat(city, 'canary_sort'), born, name;

-- name: filesort_limit~limit
select id, total from orders where status <> 'canary_tip' order by total desc, note limit 3 offset 7;

-- name: index_scan_backward~limit
select id, status from orders order by id desc limit 98;

-- name: index_scan_backward!direction
-- versions: mysql
select id, status from orders order by id limit 7;

-- name: group_by_temporary~literals
select city, concat(lower(name), 'another') as g, count(*), avg(id) from customers where id < 49 group by city, g having avg(id) > 7.25;

-- name: subquery_dependent~literals
select c.id, (select max(total) from orders o where o.customer_id = c.id and o.status <> 'other') from customers c where c.id < 29;

-- name: union_all~literals
select id, 'other' from staff where id < 6 union all select id, city from customers where id > 997;

-- name: union_all!union
-- versions: mysql
select id, 'canary_append' from staff where id < 5 union select id, city from customers where id > 998;

-- name: anti_join!join_type
select id from customers c where id < 90 and exists (select 1 from orders o where o.customer_id = c.id and o.total > 900.5);

-- name: window~literals
select id, sum(total) over (partition by status order by id rows between 3 preceding and current row) as s,
  lag(total, 5) over w, ntile(9) over w from orders where id < 99 window w as (order by total, placed);

-- name: delete~literals
-- options: plain
delete from stock where on_hand = 27 and note in ('x', 'y', 'note 2');
