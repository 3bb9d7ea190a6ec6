-- Statements whose plans are the fixtures of PostgreSQL. Read by collect.py; README.md says what the marks mean.
-- SPDX-License-Identifier: Apache-2.0

-- setup:
create extension postgres_fdw;
create extension file_fdw;
create extension tsm_system_rows;
create table customers (id int primary key, name text not null, city text, born date, referrer int);
insert into customers select n, 'customer ' || n, (array['Aachen', 'Bergen', 'Cork', 'Delft', 'Espoo'])[1 + n % 5],
  date '1960-01-01' + n * 7 % 14000, nullif(n % 40, 0) from generate_series(1, 2000) n;
create table orders (id int primary key, customer_id int not null references customers, placed date not null,
  status text not null, total numeric(10, 2));
insert into orders select n, 1 + n * 7919 % 2000, date '2024-01-01' + n % 365,
  (array['new', 'paid', 'sent', 'back'])[1 + n % 4], n % 1000 + 0.5 from generate_series(1, 20000) n;
create index orders_customer on orders (customer_id);
create index orders_placed on orders (placed);
create index orders_status_total on orders (status, total);
create table items (order_id int, line int, product_id int, quantity int, price numeric, primary key (order_id, line));
insert into items select 1 + n / 2, 1 + n % 2, 1 + n * 31 % 500, 1 + n % 9, n % 97 + 0.25 from generate_series(0, 39999) n;
create index items_product on items (product_id);
create table products (id int primary key, name text, kind text, tags text[], doc jsonb, spot point);
insert into products select n, 'product ' || n, (array['tool', 'toy', 'tea'])[1 + n % 3], array['tag' || n % 10, 'all'],
  jsonb_build_object('weight', n % 50, 'colour', (array['red', 'blue'])[1 + n % 2]), point(n % 100, n / 10.0)
  from generate_series(1, 500) n;
create index products_tags on products using gin (tags);
create index products_spot on products using gist (spot);
create table measurements (id int, sensor int, taken timestamptz, value float8, tag text) with (fillfactor = 25);
insert into measurements select n, n % 1000, timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute',
  n * 7919 % 100000 / 10.0, 'tag ' || n % 7 from generate_series(1, 60000) n;
create index measurements_sensor on measurements (sensor);
create index measurements_value on measurements (value);
create index measurements_taken on measurements using brin (taken) with (pages_per_range = 8);
create table events (id int, happened date not null, kind text, payload text) partition by range (happened);
create table events_p2024_01 partition of events for values from ('2024-01-01') to ('2024-02-01');
create table events_p2024_02 partition of events for values from ('2024-02-01') to ('2024-03-01');
create table events_p2024_03 partition of events for values from ('2024-03-01') to ('2024-04-01');
create table events_p2024_04 partition of events for values from ('2024-04-01') to ('2024-05-01');
create table events_rest partition of events default;
insert into events select n, date '2024-01-01' + n % 150, 'kind ' || n % 5, repeat('x', 20)
  from generate_series(1, 12000) n;
create index events_happened on events (happened);
create table visits (id int, happened date not null, page text) partition by range (happened);
create table visits_p2024_01 partition of visits for values from ('2024-01-01') to ('2024-02-01');
create table visits_p2024_02 partition of visits for values from ('2024-02-01') to ('2024-03-01');
insert into visits select n, date '2024-01-01' + n % 60, 'page ' || n % 5 from generate_series(1, 2000) n;
create table staff (id int primary key, boss int, name text);
insert into staff select n, nullif(n / 3, 0), 'staff ' || n from generate_series(1, 300) n;
create index staff_words on staff ((name || ' canary_presorted'), boss);
create table "Mixed Case" ("Id" int primary key, "odd "" column" text);
insert into "Mixed Case" select n, 'text ' || n % 20 from generate_series(1, 400) n;
create index "Mixed Index" on "Mixed Case" ("odd "" column");
create schema other;
create table other.customers as select * from customers;
alter table other.customers add primary key (id);
create table clients as select * from customers;
create table stock (product_id int primary key references products, on_hand int not null, note text);
insert into stock select n, n % 30, 'note ' || n % 5 from generate_series(1, 400) n;
create table parents (id int primary key, name text);
insert into parents select n, 'parent ' || n from generate_series(1, 100) n;
create table children (id int primary key, parent_id int references parents on delete cascade, name text);
insert into children select n, 1 + n % 100, 'child ' || n from generate_series(1, 500) n;
create table audit (who text, what text);
create function note_stock() returns trigger language plpgsql as $$
  begin
    insert into public.audit values ('canary_trigger', new.note);
    return new;
  end $$;
create trigger stock_noted after update on stock for each row execute function note_stock();
create trigger "Odd: trigger" before insert on stock for each row execute function note_stock();
create function spread(n int) returns setof int language sql immutable rows 7 as 'select generate_series(1, $1)';
create function slow_total(customer int) returns numeric language plpgsql stable as $$
  begin
    return (select sum(total) from orders where customer_id = customer and status <> 'canary_nested');
  end $$;
create statistics orders_dependent (dependencies) on status, placed from orders;

-- setup:
do $$ begin
  execute format('create server loop foreign data wrapper postgres_fdw options (host %L, port %L, dbname %L, use_remote_estimate ''false'')',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
end $$;
create user mapping for current_user server loop options (user 'postgres');
create foreign table far_customers (id int, name text, city text, born date, referrer int)
  server loop options (schema_name 'public', table_name 'customers');
create foreign table far_orders (id int, customer_id int, placed date, status text, total numeric(10, 2))
  server loop options (schema_name 'public', table_name 'orders');
create foreign table far_stock (product_id int, on_hand int, note text) server loop options (table_name 'stock');
copy (select id, name, city from customers where id <= 50) to program 'cat >people.csv' with (format csv);
create server files foreign data wrapper file_fdw;
create foreign table people (id int, name text, city text) server files options (filename 'people.csv', format 'csv');
create foreign table spoken (word text) server files options (program 'echo canary_program', format 'csv');

-- setup: 14+
alter server loop options (add async_capable 'true');
create table far_events (id int, happened date, kind text, payload text) partition by range (happened);
create foreign table far_events_p1 partition of far_events for values from ('2024-01-01') to ('2024-02-01')
  server loop options (table_name 'events_p2024_01');
create foreign table far_events_p2 partition of far_events for values from ('2024-02-01') to ('2024-03-01')
  server loop options (table_name 'events_p2024_02');

-- setup:
vacuum (analyze);
vacuum;
create table fresh (id int primary key, name text);
insert into fresh select n, 'fresh ' || n from generate_series(1, 900) n;
analyze fresh;
analyze far_customers, far_orders, far_stock, people;
checkpoint;

-- ---------------------------------------------------------------- Scans

-- name: seq_scan
-- shows: Seq Scan on customers
select id, name from customers where city = 'canary_city' or born > '1999-12-31'::date and referrer <> 98761234;

-- name: index_scan
-- shows: Index Scan using customers_pkey
select name from customers where id = 1234 and city <> 'canary_filter';

-- name: index_scan_range
-- set: enable_bitmapscan = off; enable_seqscan = off
-- shows: Index Scan using orders_status_total
select id from orders where status = 'canary_status' and total between 98761.234 and 98762.5 and placed > date '2024-02-29';

-- name: index_scan_removes_rows
-- set: enable_bitmapscan = off; enable_seqscan = off
-- shows: Index Scan using orders_placed
select id, total from orders where placed < '2024-06-01' and customer_id % 1000 = 17;

-- name: index_scan_backward
-- shows: Index Scan Backward using orders_pkey
select id, status from orders order by id desc limit 7;

-- name: index_only_scan
-- shows: Index Only Scan using orders_status_total
select total from orders where status = 'back' and total > 990;

-- name: index_only_scan_heap_fetches
-- set: enable_seqscan = off; enable_bitmapscan = off
-- shows: Index Only Scan using fresh_pkey
select id from fresh where id between 3 and 370;

-- name: index_scan_knn
-- shows: Order By
select name from products order by spot <-> point '(98761.234,34.5)' limit 3;

-- name: bitmap_scan
-- set: enable_seqscan = off; enable_indexscan = off
-- shows: Bitmap Heap Scan on orders | Bitmap Index Scan on orders_customer
select id from orders where customer_id = 1234 and status <> 'canary_bitmap';

-- name: bitmap_or
-- whole:
-- set: enable_seqscan = off; enable_indexscan = off
-- shows: BitmapOr
select id from orders where customer_id = 98761234 or placed = '2024-05-05' or customer_id = 77;

-- name: bitmap_and
-- set: enable_seqscan = off; enable_indexscan = off
-- shows: BitmapAnd
select id from orders where customer_id between 100 and 140 and placed between '2024-02-02' and '2024-02-22';

-- name: bitmap_lossy
-- set: work_mem = '64kB'; enable_seqscan = off; enable_indexscan = off
-- shows: Bitmap Heap Scan on measurements
select count(*) from measurements where value > 3000.25 and tag <> 'canary_lossy';

-- name: bitmap_brin
-- set: enable_seqscan = off
-- shows: Bitmap Index Scan on measurements_taken
select count(*) from measurements
where taken >= '2024-01-20 12:00:00+00' and taken < timestamp with time zone '2024-01-21 00:00:00+00';

-- name: bitmap_gin
-- set: enable_seqscan = off
-- shows: Bitmap Index Scan on products_tags
select id from products where tags @> array['tag3', 'canary''s tag'] or tags && '{"canary, tag",tag4}'::text[];

-- name: tid_scan
-- shows: Tid Scan on customers
select name from customers where ctid = any (array['(0,1)', '(98761,23)']::tid[]) and name <> 'canary_tid';

-- name: tid_range_scan
-- versions: 14+
-- shows: Tid Range Scan on measurements
select count(*) from measurements where ctid >= '(123,45)' and ctid < '(98761,1)';

-- name: function_scan
-- shows: Function Scan on generate_series
select n from generate_series(1, 98761) n where n % 9876 = 5;

-- name: rows_from
-- shows: Function Scan on pair
select * from rows from (generate_series(11, 14), unnest(array['canary_rows', 'b'])) with ordinality as pair (a, b, c) where c > 1;

-- name: project_set
-- shows: ProjectSet
select id, spread(3), unnest(array[7, 98761234]) from staff where id < 9;

-- name: values_scan
-- shows: Values Scan
select column1 + 5, column2 from (values (1, 'canary_values'), (2, 'b'), (3, 'it''s c')) v where column1 > 1;

-- name: result_one_time_filter
-- shows: One-Time Filter
select name from staff where current_setting('server_version_num')::int > 98761 and id > 290;

-- name: result_never
-- shows: One-Time Filter: false
select name from staff where 'canary_false' = 'other';

-- name: result_constants
-- shows: Result
select 98761234 as n, 'canary_output' || current_database() as t, now() > '2020-02-02' as late;

-- name: sample_scan
-- shows: Sample Scan on orders
select count(*) from orders tablesample bernoulli (98.761) repeatable (98761) where status = 'canary_sample';

-- name: sample_scan_rows
-- shows: Sample Scan on staff
select id from staff tablesample system_rows (98761);

-- name: table_function_xml
-- shows: Table Function Scan on "xmltable"
select x.* from xmltable('/canary_path/row' passing '<canary_path><row id="7"/><row id="8"/></canary_path>'
  columns id int path '@id', name text path 'name' default 'canary_default') x where x.id > 7;

-- name: table_function_json
-- versions: 17+
-- shows: Table Function Scan on "json_table"
select j.* from json_table('[{"canary_key": 7}, {"canary_key": 98761234}]'::jsonb, '$[*]'
  columns (id int path '$.canary_key')) j where j.id > 8;

-- ---------------------------------------------------------------- Common table expressions, subqueries

-- name: cte_materialized
-- whole:
-- shows: CTE recent | CTE Scan on recent
with recent as materialized (select customer_id, total from orders where placed > '2024-12-20')
select r.customer_id, s.total from recent r join recent s on r.customer_id = s.customer_id where s.total > 900;

-- name: cte_inlined
-- shows: Index Only Scan using orders_status_total
with cheap as (select id, status from orders where total < 3) select count(*) from cheap where status = 'new';

-- name: cte_recursive
-- shows: Recursive Union | WorkTable Scan on chain
with recursive chain as (
  select id, boss, 1 as depth from staff where id = 287
  union all
  select s.id, s.boss, depth + 1 from staff s join chain c on s.id = c.boss where depth < 98)
select * from chain where depth > 2;

-- name: cte_recursive_distinct
-- shows: Recursive Union
with recursive n (v) as (values (1) union select v + 1 from n where v < 40) select sum(v) from n;

-- name: cte_nested
-- whole:
-- shows: CTE outer_one | CTE inner_one
with outer_one as materialized (
  with inner_one as materialized (select id, total from orders where total > 998)
  select id, total * 2 as double from inner_one where id % 2 = 0)
select (select max(double) from outer_one), o.id from outer_one o where o.double > 1998.5;

-- name: subquery_scan
-- shows: Subquery Scan
select * from (select id, total, row_number() over (order by total desc) as place from orders where id < 600) ranked
where place % 100 = 7;

-- name: subplan_correlated
-- shows: SubPlan 1
select c.id, (select max(total) from orders o where o.customer_id = c.id and o.status <> 'canary_subplan') from customers c
where c.id < 30;

-- name: subplan_filter
-- shows: SubPlan
select id from customers c where 13 < (select count(*) from orders o where o.customer_id = c.id and total > 100.5) and id <= 200;

-- name: subplan_hashed
-- whole:
-- shows: hashed SubPlan
select id from staff where boss not in (select referrer from customers where city = 'Cork');

-- name: subplan_exists
-- shows: SubPlan
select c.id, exists (select 1 from orders o where o.customer_id = c.id and o.total = 98761.5) from customers c where c.id < 40;

-- name: subplan_array
-- shows: SubPlan
select id, array(select o.id from orders o where o.customer_id = c.id order by o.total desc limit 2) from customers c where id < 20;

-- name: subplan_any
-- shows: SubPlan
select id from staff s where (id + 3) = any (select o.customer_id from orders o where o.customer_id < s.boss + 7) or name = 'canary_any';

-- name: init_plan
-- whole:
-- shows: InitPlan 1
select id from orders where total = (select max(total) from orders where status = 'canary_init')
  or placed > (select min(born) + 98761 from customers);

-- name: init_plan_min_max
-- shows: Index Only Scan
select min(id), max(placed) from orders;

-- name: lateral
-- shows: Limit
select c.name, o.id from customers c cross join lateral (
  select id from orders o where o.customer_id = c.id and total > 123.25 order by placed desc limit 2) o where c.id < 25;

-- ---------------------------------------------------------------- Joins

-- name: nested_loop
-- set: enable_hashjoin = off; enable_mergejoin = off; [14+] enable_memoize = off
-- shows: Nested Loop
select o.id, i.quantity from orders o join items i on i.order_id = o.id where o.customer_id = 1234 and i.price > 9.25;

-- name: nested_loop_left
-- set: enable_hashjoin = off; enable_mergejoin = off; [14+] enable_memoize = off
-- shows: Nested Loop Left Join
select s.id, b.name from staff s left join staff b on b.id = s.boss and b.name <> 'canary_left';

-- name: nested_loop_join_filter
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_material = off
-- shows: Join Filter
select count(*) from staff a join staff b on a.id + b.id > 598 and a.name || 'canary_join' <> b.name where b.id > 280;

-- name: nested_loop_semi
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_hashagg = off; enable_sort = off
-- shows: Nested Loop Semi Join
select id from customers c where exists (select from orders o where o.customer_id = c.id and o.total > 500) and c.id < 60;

-- name: nested_loop_anti
-- set: enable_hashjoin = off; enable_mergejoin = off
-- shows: Nested Loop Anti Join
select id from customers c where not exists (select from orders o where o.customer_id = c.id and o.total > 100.5) and c.id < 200;

-- name: hash_join
-- whole:
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Join
select o.id, c.name from orders o join customers c on c.id = o.customer_id where c.city = 'Bergen' and o.total > 998;

-- name: hash_left_join
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Left Join
select s.id, o.id from staff s left join orders o on o.customer_id = s.id + 7 and o.status = 'canary_left';

-- name: hash_right_join
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Right Join
select o.id, i.line from orders o left join items i on i.order_id = o.id and i.price < 0.5 where o.total > 999;

-- name: hash_full_join
-- whole:
-- shows: Hash Full Join
select s.id, p.id from staff s full join parents p on p.id = s.boss where coalesce(p.name, 'canary_full') <> coalesce(s.name, 'x');

-- name: hash_semi_join
-- set: enable_nestloop = off; enable_mergejoin = off; enable_hashagg = off; enable_sort = off
-- shows: Hash Semi Join
select id from staff where id in (select customer_id from orders where total > 998.5);

-- name: hash_condition
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: canary_hash
select a.id from staff a join staff b on a.name || 'canary_hash' = coalesce(b.name, 'canary_merge') where b.id + a.id <> 98;

-- name: merge_condition
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Cond | canary_merge
select a.id from staff a join staff b on a.name || 'canary_hash' = coalesce(b.name, 'canary_merge') where b.id + a.id <> 98;

-- name: parallel_hash_full_join
-- versions: 16+
-- parallel: enable_mergejoin = off
-- shows: Parallel Hash Full Join
select count(*) from items i full join orders o on o.id = i.order_id + 98761;

-- name: hash_anti_join
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Anti Join
select id from products p where not exists (select from stock s where s.product_id = p.id and s.on_hand > 2);

-- name: hash_right_anti_join
-- versions: 16+
-- set: enable_nestloop = off; enable_mergejoin = off; work_mem = '64kB'; hash_mem_multiplier = 1
-- shows: Hash Right Anti Join
select id from parents p where not exists (select from items i where i.order_id = p.id + 7 and i.price < 90.5);

-- name: hash_right_semi_join
-- versions: 18+
-- set: enable_nestloop = off; enable_mergejoin = off; enable_hashagg = off; enable_sort = off; work_mem = '64kB'; hash_mem_multiplier = 1
-- shows: Hash Right Semi Join
select id from parents p where exists (select from items i where i.order_id = p.id + 7 and i.price < 90.5);

-- name: merge_join
-- whole:
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Join
select count(*) from orders o join items i on i.order_id = o.id where o.total > 500.5 and i.line = 1;

-- name: merge_left_join
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Left Join
select c.id, s.name from customers c left join staff s on s.id = c.id and s.name > 'canary_merge' where c.id < 150;

-- name: merge_full_join
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Full Join
select a.id, b.id from staff a full join parents b on a.id = b.id;

-- name: merge_semi_join
-- set: enable_nestloop = off; enable_hashjoin = off; enable_hashagg = off; enable_seqscan = off; enable_bitmapscan = off
-- shows: Merge Semi Join
select count(*) from staff s where exists (select from items i where i.order_id = s.id and i.price > 7.25);

-- name: merge_anti_join
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Anti Join
select p.id from products p where not exists (select from stock s where s.product_id = p.id);

-- name: merge_join_materialize
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Materialize
select count(*) from staff a join staff b on a.name || '' = b.name || '' join staff c on c.name || '' = a.name || '' where a.id < 298;

-- name: join_of_five
-- set: enable_nestloop = off
select c.city, p.kind, sum(i.price) from customers c join orders o on o.customer_id = c.id join items i on i.order_id = o.id
join products p on p.id = i.product_id left join stock s on s.product_id = p.id
where o.placed between '2024-03-01' and '2024-03-09' and (s.on_hand is null or s.on_hand > 3) group by c.city, p.kind;

-- name: memoize
-- whole:
-- versions: 14+
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_material = off
-- shows: Memoize
select count(o.id) from orders o join products p on p.id = (o.customer_id + 98761234) % 50 + 98 where o.id < 3000 and p.kind <> 'canary_memo';

-- name: memoize_evicts
-- versions: 16+
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_material = off; enable_seqscan = off; work_mem = '64kB'; hash_mem_multiplier = 1
-- shows: Memoize
select count(c.name) from orders o left join customers c on c.id = o.customer_id + 0 where o.id < 6000;

-- name: materialize
-- set: enable_hashjoin = off; enable_mergejoin = off
-- shows: Materialize
select count(*) from staff a, parents p where a.id + p.id < 123 and a.name like 'staff 1%' and p.name not like '%canary';

-- name: materialize_on_disk
-- set: enable_hashjoin = off; enable_mergejoin = off; work_mem = '64kB'
-- shows: Materialize
select count(*) from parents p left join orders o on o.total * p.id > 987.5 where p.id < 4;

-- name: never_executed
-- whole:
-- set: enable_hashjoin = off; enable_mergejoin = off; [14+] enable_memoize = off
-- shows: Nested Loop
select * from staff s join orders o on o.customer_id = s.id join items i on i.order_id = o.id where s.name = 'canary_never' and i.line = 1;

-- ---------------------------------------------------------------- Sorts, limits, aggregates, windows

-- name: sort_memory
-- shows: Sort Key
select id, city from customers where id <= 120 order by city || 'canary_sort', born desc nulls last, name collate "C";

-- name: sort_disk
-- whole:
-- set: work_mem = '64kB'
-- shows: Sort Key
select id from orders order by total, placed desc, id + 98761234 offset 19990;

-- name: incremental_sort
-- versions: 13+
-- set: enable_seqscan = off; enable_bitmapscan = off; enable_hashagg = off
-- shows: Incremental Sort | Presorted Key | canary_presorted
select id from staff where boss > 7 order by name || ' canary_presorted', id limit 40;

-- name: incremental_sort_groups
-- whole:
-- versions: 13+
-- set: enable_seqscan = off; enable_bitmapscan = off; work_mem = '64kB'
-- shows: Incremental Sort | Presorted Key
select status, total, id from orders order by status, id limit 9000;

-- name: top_n
-- shows: Limit | Sort
select id, total from orders where status <> 'canary_top' order by total desc, id limit 8 offset 4;

-- name: limit_offset
-- shows: Limit
select id from items i, staff s where i.quantity > 4 order by order_id, line limit 5 offset 9876;

-- name: limit_with_ties
-- versions: 13+
-- shows: Limit
select id from orders order by placed fetch first 3 rows with ties;

-- name: unique
-- set: enable_hashagg = off
-- shows: Unique
select distinct status, placed from orders where placed < '2024-02-01';

-- name: group
-- set: enable_hashagg = off
-- shows: Group
select city, born from customers where born < '1965-05-05' group by city, born having city <> 'canary_having';

-- name: aggregate_plain
-- shows: Aggregate
select count(*) filter (where city = 'canary_aggregate'), string_agg(distinct city, 'canary_separator'), percentile_cont(0.987) within group (order by id)
from customers having count(*) > 98;

-- name: aggregate_hashed
-- shows: HashAggregate
select city, lower(name) || 'canary_group', count(*), avg(id) from customers where id < 50 group by 1, 2 having avg(id) > 20.5;

-- name: aggregate_sorted
-- set: enable_hashagg = off
-- shows: GroupAggregate
select placed, sum(total) from orders where placed < '2024-01-20' group by placed order by placed;

-- name: aggregate_mixed
-- whole:
-- shows: MixedAggregate
select status, placed, count(*) from orders where total > 990 group by grouping sets ((status), (placed), ()) having count(*) > 1;

-- name: grouping_sets_sorted
-- set: enable_hashagg = off
-- shows: GroupAggregate
select status, customer_id % 7, count(*) from orders where total > 995 group by rollup (1, 2), cube (status || 'canary_cube');

-- name: aggregate_spills
-- versions: 13+
-- set: work_mem = '64kB'; hash_mem_multiplier = 1; enable_sort = off; enable_indexscan = off
-- shows: HashAggregate
select value, count(*), max(tag) from measurements where id < 20000 group by value;

-- name: hash_batches
-- whole:
-- set: work_mem = '64kB'; [13+] hash_mem_multiplier = 1; enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Join
select count(*) from items i join orders o on o.id = i.order_id where o.status <> 'canary_batches';

-- name: hash_batches_grow
-- set: work_mem = '64kB'; [13+] hash_mem_multiplier = 1; enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Join
select count(m.id) from customers c join measurements m on m.id = c.id where substr(m.tag, 1, 3) || '' = 'tag';

-- name: window
-- whole:
-- shows: WindowAgg
select id, sum(total) over (partition by status order by id rows between 98761 preceding and current row),
  lag(total, 3, 98761.5) over w, ntile(4) over w from orders where id < 100 window w as (order by total, placed);

-- name: window_run_condition
-- versions: 15+
-- shows: Run Condition
select * from (select id, row_number() over (order by placed) as place from orders where total > 950) o where place <= 98761;

-- name: window_spills
-- set: work_mem = '64kB'
-- shows: WindowAgg
select count(x) from (select sum(total) over (partition by status) as x, id from orders) w;

-- name: setop_intersect
-- whole:
-- shows: SetOp Intersect
select city from customers where id < 500 intersect select city from other.customers where id > 98;

-- name: setop_except_all
-- shows: HashSetOp Except All
select referrer from customers except all select id from staff where id > 12;

-- name: setop_sorted
-- set: enable_hashagg = off
-- shows: SetOp Except
select city, born from customers where born < '1962-02-02' except select city, born from other.customers where city = 'canary_except';

-- name: setop_intersect_all
-- set: enable_hashagg = off
-- shows: SetOp Intersect All
select id from staff intersect all select boss from staff where boss > 9;

-- name: append
-- whole:
-- shows: Append
select id, 'canary_append' from staff where id < 5 union all select id, city from customers where id > 1998 union all select 98761234, null;

-- name: append_distinct
-- shows: Append
select city from customers where id < 98 union select name from staff where id > 298;

-- name: merge_append
-- set: enable_sort = off; enable_bitmapscan = off
-- shows: Merge Append
select id, happened from events order by happened limit 30;

-- name: partitions_pruned
-- set: enable_indexscan = off; enable_bitmapscan = off
-- shows: Append
select count(*) from events where happened between '2024-02-10' and '2024-03-20' and kind = 'canary_kind';

-- name: partitions_pruned_at_start
-- shows: Subplans Removed
select count(*) from events where happened < date_trunc('day', timestamptz '2024-01-15 00:00:00+00')::date;

-- name: partitions_pruned_at_run
-- whole:
-- before: create temporary table days on commit drop as select date '2024-02-03' + n as day from generate_series(1, 4) n; analyze days
-- set: enable_hashjoin = off; enable_mergejoin = off; [14+] enable_memoize = off
-- shows: Nested Loop | Append
select count(*) from days join events on events.happened = days.day;

-- name: partitionwise_join
-- set: enable_partitionwise_join = on; enable_partitionwise_aggregate = on
-- shows: Append
select e.happened, count(*) from events e join visits v on v.happened = e.happened where e.happened < '2024-02-20' and v.id = 98 group by e.happened;

-- ---------------------------------------------------------------- Parallel

-- name: parallel_seq_scan
-- parallel:
-- shows: Gather | Parallel Seq Scan
select id from measurements where tag = 'canary_parallel' or value = 98.5;

-- name: parallel_aggregate
-- whole:
-- parallel:
-- shows: Finalize GroupAggregate | Gather Merge | Partial
select tag, count(*), avg(value) from measurements where value > 1234.5 group by tag order by tag;

-- name: parallel_plain_aggregate
-- parallel:
-- shows: Finalize Aggregate | Partial Aggregate
select count(*) from measurements where value < 98.7;

-- name: parallel_index_scan
-- parallel: enable_seqscan = off; enable_bitmapscan = off; cpu_tuple_cost = 0.2
-- shows: Parallel Index Scan
select count(tag) from measurements where value between 1000.5 and 2000.5;

-- name: parallel_index_only_scan
-- parallel: enable_seqscan = off; enable_bitmapscan = off
-- shows: Parallel Index Only Scan
select count(*) from measurements where sensor < 300;

-- name: parallel_bitmap_scan
-- parallel: enable_seqscan = off; enable_indexscan = off; work_mem = '64kB'
-- shows: Parallel Bitmap Heap Scan
select count(tag) from measurements where value > 3000.75;

-- name: parallel_hash_join
-- parallel: enable_mergejoin = off; enable_nestloop = off
-- shows: Parallel Hash
select count(*) from items i join orders o on o.id = i.order_id where o.total > 98.5;

-- name: parallel_nested_loop
-- parallel: enable_mergejoin = off; enable_hashjoin = off; [14+] enable_memoize = off; enable_material = off
-- shows: Nested Loop
select count(*) from orders o join items i on i.order_id = o.id where o.total > 998.5;

-- name: parallel_append
-- parallel: enable_bitmapscan = off; enable_indexscan = off
-- shows: Parallel Append
select count(*) from events where kind <> 'canary_event';

-- name: parallel_gather_merge
-- whole:
-- parallel:
-- shows: Gather Merge | Sort
select id, total from orders where status = 'sent' and total > 900 order by total, id;

-- name: parallel_not_launched
-- parallel: max_parallel_workers = 0
-- shows: Gather
select count(*) from orders where customer_id + id = 98;

-- name: parallel_one_launched
-- parallel: max_parallel_workers = 1
-- shows: Gather
select count(*) from orders where customer_id + id = 97;

-- name: parallel_single_copy
-- set: [-15] force_parallel_mode = on; [16+] debug_parallel_query = on; max_parallel_workers_per_gather = 2
-- shows: Single Copy
select count(*) from staff where name <> 'canary_single';

-- name: parallel_init_plan
-- parallel:
-- shows: InitPlan | Gather
select count(*) from orders where total > (select avg(total) from orders where placed < '2024-02-02');

-- ---------------------------------------------------------------- Foreign data

-- name: foreign_scan
-- shows: Foreign Scan on far_customers
select id, name from far_customers where city = 'canary_foreign' and lower(name) <> 'canary_local' limit 9;

-- name: foreign_join
-- whole:
-- shows: Foreign Scan
select c.id, o.total from far_customers c join far_orders o on o.customer_id = c.id where o.status = 'canary_remote' and c.id < 98;

-- name: foreign_aggregate
-- shows: Foreign Scan
select status, count(*) from far_orders where total > 98.76 group by status;

-- name: foreign_async
-- versions: 14+
-- shows: Async Foreign Scan
select id from far_events where kind = 'kind 3' and id % 98 = 7;

-- name: file_scan
-- shows: Foreign Scan on people
select id from people where city = 'Cork' and name <> 'canary_file';

-- name: file_program
-- shows: Foreign Scan on spoken
-- options: full
select word from spoken where word <> 'canary_word';

-- ---------------------------------------------------------------- Expressions, odd texts, odd names

-- name: expressions
-- whole:
-- set: enable_indexscan = off; enable_bitmapscan = off
-- shows: Seq Scan on orders
select id from orders where (case when total > 98761.5 then 'canary_case' else status end) = any ('{canary_list,"two words"}'::text[])
  and total::text like '%canary\_like' escape '\' and status ~* '^canary_regex' and (customer_id, total) > (9876, -1.5e-3)
  and placed + interval '3 days 04:05:06' between timestamp '2024-02-03 04:05:06.789' and 'infinity'::timestamp
  and status is distinct from 'canary_distinct' and coalesce(nullif(status, 'canary_null'), 'canary_coalesce') not in ('canary_in', 'b', 'c')
  and extract(year from placed) = 2024 and not (customer_id = -98761234 or total is null) and status similar to 'canary_(a|b)%'
  and status || E'canary\\escape\n' <> $tag$canary 'dollar'$tag$ and status = U&'canary\0061' and status collate "C" > 'canary_collate';

-- name: expressions_json
-- set: enable_indexscan = off; enable_bitmapscan = off
-- shows: Seq Scan on products
select id from products where doc @> '{"colour": "canary_json"}' and doc ->> 'canary_key' = 'canary_value' and doc #> '{canary,path}' is not null
  and doc ? 'canary_exists' and tags[2] = 'canary_element' and spot <@ box '(98,76),(12,34)' and tags <> array[]::text[] and doc @? '$.canary ? (@ > 98761234)';

-- name: expressions_types
-- shows: Seq Scan on customers
select id from customers where daterange('2024-02-03', '2024-03-04') @> born and (id::bit(8) & B'10101010') = X'AA'::bit(8) and id::numeric(12, 3) <> 98761.234
  and born::timestamptz at time zone 'Europe/Berlin' > '2024-02-03' and name::varchar(7) = 'canary7' and (name = 'canary_true') is not true
  and '{98761234}'::int[] @> array[id] and to_tsvector('simple', name) @@ to_tsquery('simple', 'canary_query') and row (id, name) is not null
  and greatest(id, 98, -76) <> 12 and '198.51.100.7'::inet << '198.51.0.0/16' and id <> all (array[98, 76]) and upper(name) = upper('canary_upper');

-- name: literal_like_a_plan
-- whole:
-- shows: Filter
select id from staff where name = 'canary_lines
  ->  Seq Scan on forged  (cost=0.00..98761.23 rows=5 width=4) (actual time=1.000..2.000 rows=5 loops=1)
        Filter: (forged = 1)
Planning Time: 98761.234 ms
Execution Time: 98761.234 ms
' or name = 'tab	and "quote" \ back <xml>&amp; ''single''';

-- name: quoted_names
-- set: enable_seqscan = off; enable_bitmapscan = off
-- shows: Index Scan using "Mixed Index"
select "Mixed Case"."Id" as "alias: (odd)" from "Mixed Case" as "Mixed Case" where "odd "" column" = 'canary "quoted"';

-- name: not_ascii
-- shows: Seq Scan on staff
select id as "größe" from staff as "löhne" where name = 'canary_ü€😀' order by name || 'ß';

-- name: disabled
-- set: enable_seqscan = off; enable_bitmapscan = off; enable_indexscan = off; enable_indexonlyscan = off; enable_sort = off
-- shows: Seq Scan | Sort
select id from staff where name > 'canary_disabled' order by name;

-- name: disabled_join
-- set: enable_nestloop = off; enable_hashjoin = off; enable_mergejoin = off
-- shows: Nested Loop
select count(*) from parents a, parents b where a.id < b.id + 98;

-- name: deep
-- set: from_collapse_limit = 1; join_collapse_limit = 1
with a as materialized (select id, total from orders where id < 400), b as materialized (select * from a where total > 9),
  c as materialized (select * from b where id % 2 = 0), d as materialized (select id, sum(total) over (order by id) as s from c)
select * from (select id, s from d union all (select id, total from (select * from c order by total limit 30) x where x.id in (select id from staff)
  order by 2 limit 12)) y where not exists (select from parents p where p.id = y.id) order by s desc limit 5;

-- name: cursor
-- shows: Seq Scan
declare canary_cursor scroll cursor for select id from staff where name <> 'canary_cursor' order by id + 7;

-- name: create_table_as
-- shows: Seq Scan
create temporary table copied on commit drop as select id, name || 'canary_create' from staff where id < 98;

-- name: prepared_generic
-- before: prepare by_city (text, int) as select id from customers where city = $1 and id > $2 + 98
-- set: plan_cache_mode = force_generic_plan
-- shows: $1
execute by_city ('canary_parameter', 98761234);

-- name: prepared_custom
-- before: prepare by_name (text, int) as select id from customers where city = $1 and id > $2 + 98
-- set: plan_cache_mode = force_custom_plan
-- shows: canary_parameter
execute by_name ('canary_parameter', 1900);

-- name: generic_plan
-- versions: 16+
-- options: generic
-- shows: $1
select id from customers where city = $1 and id between $2 and $2 + 98 and name <> 'canary_generic';

-- name: serialize
-- versions: 17+
-- options: serialize, memory
-- shows: Serialization: | Memory: used
select name, city, born from customers where id <= 500 and name <> 'canary_serialize';

-- name: jit
-- jit:
-- options: full, analyze
-- shows: Seq Scan
select sum(total * 2 + 98.76) from orders where total > 1.5 and status <> 'canary_jit';

-- name: jit_parallel
-- formats: json, text
-- jit:
-- parallel: max_parallel_workers = 2
-- options: full
-- shows: Gather
select status, sum(total) from orders where total > 2.5 group by status;

-- ---------------------------------------------------------------- Variants: NAME~WHAT has the plan of NAME, NAME!WHAT another

-- name: seq_scan~literals
select id, name from customers where city = 'it''s another' or born > date '2001-01-01' and referrer <> -5;

-- name: seq_scan~alias
select c.id, c.name from customers as c where c.city = 'canary_city' or c.born > '1999-12-31'::date and c.referrer <> 98761234;

-- name: seq_scan~alias_quoted
select "The C".id from customers as "The C" where city = 'canary_city' or born > '1999-12-31'::date and "The C".referrer <> 98761234;

-- name: seq_scan~quoting
select "id", "name" from "public"."customers" where "city" = E'canary\x5fcity' or "born" > $d$1999-12-31$d$::date and referrer <> 98761234;

-- name: seq_scan~schema
select id, name from other.customers where city = 'canary_city' or born > '1999-12-31'::date and referrer <> 98761234;

-- name: seq_scan~parameters
-- before: prepare seq_scan (text, date, int) as select id, name from customers where city = $1 or born > $2 and referrer <> $3
-- set: plan_cache_mode = force_generic_plan
execute seq_scan ('canary_city', '1999-12-31', 98761234);

-- name: seq_scan!operator
select id, name from customers where city = 'canary_city' or born >= '1999-12-31'::date and referrer <> 98761234;

-- name: seq_scan!column
select id, name from customers where name = 'canary_city' or born > '1999-12-31'::date and referrer <> 98761234;

-- name: seq_scan!relation
select id, name from clients where city = 'canary_city' or born > '1999-12-31'::date and referrer <> 98761234;

-- name: seq_scan!parallel
-- parallel:
select id, name from customers where city = 'canary_city' or born > '1999-12-31'::date and referrer <> 98761234;

-- name: choice
-- set: enable_seqscan = off; enable_bitmapscan = off
-- shows: orders_customer
select id from orders where customer_id = 1234 and placed = '2024-05-05' and status <> 'canary_choice';

-- name: choice~literals
-- set: enable_seqscan = off; enable_bitmapscan = off
select id from orders where customer_id = 77 and placed = '2024-02-03' and status <> '';

-- name: choice~alias
-- set: enable_seqscan = off; enable_bitmapscan = off
select o.id from orders o where o.customer_id = 1234 and o.placed = '2024-05-05' and status <> 'canary_choice';

-- name: choice!index
-- before: drop index orders_customer
-- set: enable_seqscan = off; enable_bitmapscan = off
-- shows: orders_placed
select id from orders where customer_id = 1234 and placed = '2024-05-05' and status <> 'canary_choice';

-- name: choice!bitmap
-- set: enable_seqscan = off; enable_indexscan = off
-- shows: Bitmap
select id from orders where customer_id = 1234 and placed = '2024-05-05' and status <> 'canary_choice';

-- name: choice!seq_scan
-- set: enable_indexscan = off; enable_bitmapscan = off
-- shows: Seq Scan
select id from orders where customer_id = 1234 and placed = '2024-05-05' and status <> 'canary_choice';

-- name: in_list
-- set: enable_seqscan = off; enable_bitmapscan = off
-- shows: Index Scan using orders_customer
select id from orders where customer_id in (5, 6, 98761234);

-- name: in_list~in_list
-- set: enable_seqscan = off; enable_bitmapscan = off
select id from orders where customer_id in (5, 6, 7, 8, 9, 10, 11, 12, 98761234);

-- name: in_list~in_list_of_one
-- set: enable_seqscan = off; enable_bitmapscan = off
select id from orders where customer_id in (-98761234);

-- name: in_list~array
-- set: enable_seqscan = off; enable_bitmapscan = off
select id from orders where customer_id = any (array[1, 2, 3, 4]);

-- name: in_list!operator
-- set: enable_seqscan = off; enable_bitmapscan = off
select id from orders where customer_id < 98761;

-- name: not_in_list
-- shows: Seq Scan on orders
select id from orders where status not in ('canary_one', 'canary_two');

-- name: not_in_list~in_list
select id from orders where status not in ('canary_one', 'canary_two', 'three', 'it''s, four', '{5}');

-- name: not_in_list~in_list_of_one
select id from orders where status not in ('canary_one');

-- name: not_in_list!operator
select id from orders where status in ('canary_one', 'canary_two') and total + 0 > -1;

-- name: join_pair
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Hash Join
select o.id, s.name from orders o join staff s on s.id = o.customer_id where o.total > 98.5 and s.name <> 'canary_pair';

-- name: join_pair~literals
-- set: enable_nestloop = off; enable_mergejoin = off
select o.id, s.name from orders o join staff s on s.id = o.customer_id where o.total > -1.5e2 and s.name <> 'x';

-- name: join_pair~alias
-- set: enable_nestloop = off; enable_mergejoin = off
select orders.id, "S".name from orders join staff "S" on "S".id = orders.customer_id where total > 98.5 and "S".name <> 'canary_pair';

-- name: join_pair~alias_swapped
-- set: enable_nestloop = off; enable_mergejoin = off
select s.id, o.name from orders s join staff o on o.id = s.customer_id where s.total > 98.5 and o.name <> 'canary_pair';

-- name: join_pair~commuted
-- set: enable_nestloop = off; enable_mergejoin = off
select o.id, s.name from staff s join orders o on o.customer_id = s.id where s.name <> 'canary_pair' and o.total > 98.5;

-- name: join_pair!join_type
-- set: enable_nestloop = off; enable_mergejoin = off
-- shows: Left Join
select o.id, s.name from orders o left join staff s on s.id = o.customer_id and s.name <> 'canary_pair' where o.total > 98.5;

-- name: join_pair!method
-- set: enable_nestloop = off; enable_hashjoin = off
-- shows: Merge Join
select o.id, s.name from orders o join staff s on s.id = o.customer_id where o.total > 98.5 and s.name <> 'canary_pair';

-- name: join_pair!column
-- set: enable_nestloop = off; enable_mergejoin = off
select o.id, s.name from orders o join staff s on s.boss = o.customer_id where o.total > 98.5 and s.name <> 'canary_pair';

-- name: join_three
-- set: enable_nestloop = off; enable_mergejoin = off; join_collapse_limit = 1
select c.id from (customers c join orders o on c.id = o.customer_id) join items i on o.id = i.order_id where i.price > 98.25;

-- name: join_three~literals
-- set: enable_nestloop = off; enable_mergejoin = off; join_collapse_limit = 1
select c.id from (customers c join orders o on c.id = o.customer_id) join items i on o.id = i.order_id where i.price > 98;

-- name: join_three~alias
-- set: enable_nestloop = off; enable_mergejoin = off; join_collapse_limit = 1
select a1.id from (customers a1 join orders a2 on a1.id = a2.customer_id) join items a3 on a2.id = a3.order_id where a3.price > 98.25;

-- name: join_three!join_order
-- set: enable_nestloop = off; enable_mergejoin = off; join_collapse_limit = 1
select c.id from customers c join (orders o join items i on o.id = i.order_id) on c.id = o.customer_id where i.price > 98.25;

-- name: self_join
-- set: enable_nestloop = off; enable_mergejoin = off
select a.id from staff a join staff b on a.boss = b.id where b.name <> 'canary_boss';

-- name: self_join~alias
-- set: enable_nestloop = off; enable_mergejoin = off
select worker.id from staff worker join staff boss on worker.boss = boss.id where boss.name <> 'canary_boss';

-- name: self_join!which
-- set: enable_nestloop = off; enable_mergejoin = off
select a.id from staff a join staff b on a.boss = b.id where a.name <> 'canary_boss';

-- name: hash_semi_join~literals
-- set: enable_nestloop = off; enable_mergejoin = off; enable_hashagg = off; enable_sort = off
select id from staff where id in (select customer_id from orders where total > 998.25);

-- name: hash_semi_join!join_type
-- set: enable_nestloop = off; enable_mergejoin = off; enable_hashagg = off; enable_sort = off
select id from staff s where not exists (select from orders o where o.customer_id = s.id and total > 998.5);

-- name: memoize!memoize
-- versions: 14+
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_material = off; enable_memoize = off
select count(o.id) from orders o join products p on p.id = (o.customer_id + 98761234) % 50 + 98 where o.id < 3000 and p.kind <> 'canary_memo';

-- name: materialize!materialize
-- set: enable_hashjoin = off; enable_mergejoin = off; enable_material = off
select count(*) from staff a, parents p where a.id + p.id < 123 and a.name like 'staff 1%' and p.name not like '%canary';

-- name: index_scan_backward~limit
select id, status from orders order by id desc limit 98;

-- name: index_scan_backward!direction
select id, status from orders order by id limit 7;

-- name: sort_pair
-- shows: Sort
select id from staff where name > 'canary_sort' order by boss, name desc, coalesce(name, 'canary_key');

-- name: sort_pair~literals
select id from staff where name > '' order by boss, name desc, coalesce(name, 'other key');

-- name: sort_pair~alias
select s.id from staff s where s.name > 'canary_sort' order by s.boss, s.name desc, coalesce(s.name, 'canary_key');

-- name: sort_pair!sort_key
select id from staff where name > 'canary_sort' order by name desc, boss, coalesce(name, 'canary_key');

-- name: sort_pair!sort_direction
select id from staff where name > 'canary_sort' order by boss, name, coalesce(name, 'canary_key');

-- name: sort_pair!nulls
select id from staff where name > 'canary_sort' order by boss nulls first, name desc, coalesce(name, 'canary_key');

-- name: sort_pair!collation
select id from staff where name > 'canary_sort' order by boss, name collate "POSIX" desc, coalesce(name, 'canary_key');

-- name: sort_disk~work_mem
-- set: work_mem = '8MB'
-- options: full
select id from orders order by total, placed desc, id + 98761234 offset 19990;

-- name: hash_batches~work_mem
-- set: work_mem = '8MB'; enable_nestloop = off; enable_mergejoin = off
-- options: full
select count(*) from items i join orders o on o.id = i.order_id where o.status <> 'canary_batches';

-- name: top_n~limit
select id, total from orders where status <> 'other' order by total desc, id limit 3 offset 98;

-- name: top_n!limit
select id, total from orders where status <> 'canary_top' order by total desc, id;

-- name: aggregate_hashed~literals
select city, lower(name) || 'another group', count(*), avg(id) from customers where id < 49 group by 1, 2 having avg(id) > -7;

-- name: aggregate_hashed!strategy
-- set: enable_hashagg = off
select city, lower(name) || 'canary_group', count(*), avg(id) from customers where id < 50 group by 1, 2 having avg(id) > 20.5;

-- name: aggregate_hashed!group_key
select city, lower(name) || city, count(*), avg(id) from customers where id < 50 group by 1, 2 having avg(id) > 20.5;

-- name: window~literals
select id, sum(total) over (partition by status order by id rows between 3 preceding and current row),
  lag(total, 5, 7.5) over w, ntile(9) over w from orders where id < 99 window w as (order by total, placed);

-- name: setop_except_all!command
select referrer from customers intersect all select id from staff where id > 12;

-- name: cte_materialized~alias
with fresh_ones as materialized (select customer_id, total from orders where placed > '2024-12-20')
select "R".customer_id, s.total from fresh_ones "R" join fresh_ones s on "R".customer_id = s.customer_id where s.total > 900;

-- name: cte_materialized~literals
with recent as materialized (select customer_id, total from orders where placed > '2024-12-19')
select r.customer_id, s.total from recent r join recent s on r.customer_id = s.customer_id where s.total > 901;

-- name: cte_recursive~literals
with recursive chain as (
  select id, boss, 7 as depth from staff where id = 2
  union all
  select s.id, s.boss, depth + 3 from staff s join chain c on s.id = c.boss where depth < 100)
select * from chain where depth > 9;

-- name: subplan_correlated~literals
select c.id, (select max(total) from orders o where o.customer_id = c.id and o.status <> 'other') from customers c where c.id < 29;

-- name: subplan_correlated~alias
select x.id, (select max(total) from orders y where y.customer_id = x.id and y.status <> 'canary_subplan') from customers x where x.id < 30;

-- name: subplan_hashed~literals
select id from staff where boss not in (select referrer from customers where city = 'Delft');

-- name: init_plan~literals
select id from orders where total = (select max(total) from orders where status = 'other')
  or placed > (select min(born) + 7 from customers);

-- name: init_plan~alias
select o.id from orders o where o.total = (select max(total) from orders x where status = 'canary_init')
  or o.placed > (select min(born) + 98761 from customers y);

-- name: partitions_pruned~partitions
-- set: enable_indexscan = off; enable_bitmapscan = off
select count(*) from events where happened between '2024-01-10' and '2024-04-20' and kind = 'canary_kind';

-- name: partitions_pruned~partition
-- set: enable_indexscan = off; enable_bitmapscan = off
select count(*) from events where happened between '2024-02-10' and '2024-02-20' and kind = 'canary_kind';

-- name: parallel_seq_scan~workers
-- parallel: max_parallel_workers_per_gather = 1
select id from measurements where tag = 'canary_parallel' or value = 98.5;

-- name: parallel_seq_scan~not_launched
-- parallel: max_parallel_workers = 0
-- options: full
select id from measurements where tag = 'canary_parallel' or value = 98.5;

-- name: parallel_seq_scan!parallel
select id from measurements where tag = 'canary_parallel' or value = 98.5;

-- name: expressions_types~literals
select id from customers where daterange('2021-02-03', '2022-03-04') @> born and (id::bit(8) & B'10101011') = X'AB'::bit(8) and id::numeric(12, 3) <> -1.5
  and born::timestamptz at time zone 'Europe/Rome' > '2024-02-04' and name::varchar(7) = '7' and (name = '') is not true
  and '{1,2,3}'::int[] @> array[id] and to_tsvector('simple', name) @@ to_tsquery('simple', 'other') and row (id, name) is not null
  and greatest(id, 3, -4) <> -12 and '192.0.2.7'::inet << '192.0.0.0/16' and id <> all (array[98, 76, 5, 4]) and upper(name) = upper('x');

-- name: function_scan~literals
select n from generate_series(5, 7) n where n % 3 = -5;

-- name: function_scan~alias
select other from generate_series(1, 98761) other where other % 9876 = 5;

-- name: function_scan!function
select n from spread(98761) n where n % 9876 = 5;

-- name: tid_scan~literals
select name from customers where ctid = any (array['(1,1)', '(1,2)', '(3,4)']::tid[]) and name <> 'x';

-- name: foreign_scan~literals
select id, name from far_customers where city = 'x' and lower(name) <> 'y' limit 3;

-- name: quoted_names~alias
-- set: enable_seqscan = off; enable_bitmapscan = off
select m."Id" from "Mixed Case" m where "odd "" column" = 'canary "quoted"';

-- name: literal_like_a_plan~literals
select id from staff where name = 'x' or name = 'y';

-- ---------------------------------------------------------------- Statements that write

-- name: insert_values
-- shows: Insert on audit
insert into audit values ('canary_who', 'canary_what'), ('canary_who', '98761234') returning who || 'canary_returning';

-- name: insert_select
-- shows: Insert on stock
insert into stock select id, 98, name || 'canary_insert' from products where id between 401 and 420;

-- name: insert_partitioned
-- shows: Insert on events
insert into events select n, date '2024-03-03', 'canary_kind' from generate_series(1, 3) n;

-- name: insert_on_conflict_update
-- shows: Conflict Resolution: UPDATE
insert into stock as s values (7, 98761, 'canary_excluded'), (450, 2, 'b') on conflict (product_id) do update
set on_hand = s.on_hand + excluded.on_hand + 98 where s.note <> 'canary_conflict';

-- name: insert_on_conflict_nothing
-- shows: Conflict Resolution: NOTHING
insert into parents select n, 'canary' from generate_series(90, 104) n on conflict do nothing;

-- name: insert_foreign_key
-- shows: Insert on children
insert into children values (601, 5, 'canary_child'), (602, 6, 'b');

-- name: update
-- shows: Update on stock
update stock set note = 'canary_set', on_hand = on_hand + 1 where product_id = 17 and note <> 'canary_where';

-- name: update_from
-- shows: Update on stock s
update stock s set on_hand = 98 from products p where p.id = s.product_id and p.kind = 'tea' and s.on_hand < 3 returning s.product_id, p.name;

-- name: update_from_row
-- shows: Update on stock
update stock s set (on_hand, note) = (select 98, name || 'canary_row' from products p where p.id = s.product_id + 1) where s.product_id < 5;

-- name: update_partitioned
-- shows: Update on events
update events set payload = 'canary_payload' where happened in ('2024-01-09', '2024-04-09') and id % 98 = 3;

-- name: delete
-- shows: Delete on stock
delete from stock where on_hand = 28 and note in ('canary_delete', 'note 3');

-- name: delete_using
-- shows: Delete on stock
delete from stock using products where products.id = stock.product_id and products.name like '%canary';

-- name: delete_cascade
-- shows: Delete on parents
delete from parents where id in (3, 98);

-- name: delete_returning_cte
-- whole:
-- shows: CTE gone | Delete on stock
with gone as (delete from stock where product_id > 396 returning *), kept as (insert into audit select note, 'canary_cte' from gone returning who)
select count(*) from kept where who <> 'canary_kept';

-- name: merge
-- whole:
-- versions: 15+
-- shows: Merge on stock
merge into stock s using (select id, name from products where id between 395 and 403 and kind <> 'canary_source') p on p.id = s.product_id
when matched and s.on_hand > 20 then update set note = 'canary_matched' when matched and s.on_hand < 3 then delete
when matched then do nothing when not matched then insert values (p.id, 98, 'canary_merge');

-- name: merge_returning
-- versions: 17+
-- shows: Merge on stock
merge into stock s using (values (7, 'canary_values'), (460, 'x')) v (id, note) on v.id = s.product_id
when matched then update set note = v.note when not matched by source and s.on_hand = 28 then delete
when not matched then insert values (v.id, 98, v.note) returning merge_action(), s.product_id;

-- name: lock_rows
-- shows: LockRows
select note from stock where on_hand = 7 and note <> 'canary_lock' order by product_id for update of stock skip locked;

-- name: foreign_update_direct
-- shows: Foreign Update on far_stock
update far_stock set note = 'canary_direct' where on_hand = 98761234;

-- name: foreign_update
-- shows: Update on far_stock
update far_stock set note = 'canary_pull' || note where on_hand = 28 and random() < 2 returning product_id;

-- name: foreign_insert
-- shows: Insert on far_stock
insert into far_stock select n, 98, 'canary_push' from generate_series(491, 493) n;

-- name: update~literals
update stock set note = 'x', on_hand = on_hand + 7 where product_id = 18 and note <> '';

-- name: update~alias
update stock as s set note = 'canary_set', on_hand = s.on_hand + 1 where s.product_id = 17 and s.note <> 'canary_where';

-- name: update!operation
delete from stock where product_id = 17 and note <> 'canary_where';

-- name: insert_on_conflict_update~literals
insert into stock as s values (8, 9, 'x'), (451, 3, 'y') on conflict (product_id) do update
set on_hand = s.on_hand + excluded.on_hand + 1 where s.note <> 'z';

-- name: insert_on_conflict_update!resolution
insert into stock as s values (7, 98761, 'canary_excluded'), (450, 2, 'b') on conflict (product_id) do nothing;
