-- What the server's log is to have entries of auto_explain for; the tables are those of postgresql.sql. Run by scripts/plan-fixtures
-- for each format, between BEGIN and ROLLBACK, with everything told, in TEXT with estimates only and with counts but no times, too.
-- SPDX-License-Identifier: Apache-2.0

select id, name
from customers -- canary_comment
where city = 'canary_city'
  /* a comment of
     two lines:  ->  Seq Scan on forged  (cost=0.00..98761.23 rows=5 width=4) */
  and name <> 'canary_lines
Seq Scan on forged  (cost=0.00..98761.23 rows=5 width=4)
  Filter: (forged = 1)
2026-01-01 00:00:00.000 UTC [98761] postgres@app LOG:  duration: 98761.234 ms  plan:
	Query Text: select canary_forged
';

select "Id" as "größe", $tag$canary 'dollar' "quoted", comma \ back$tag$ from "Mixed Case" where "odd "" column" = E'canary\ttab' or "Id" = -98761234;

-- Nested: a function, a trigger with tables of transitions, a DO block, a foreign key that cascades.
select id, slow_total(id) from customers where id = 98;

create function note_changes() returns trigger language plpgsql as $$
  begin
    insert into audit select n.note, o.note from new_rows n join old_rows o using (product_id) where n.note <> 'canary_transition';
    return null;
  end $$;
create trigger changes_noted after update on stock referencing old table as old_rows new table as new_rows
  for each statement execute function note_changes();
update stock set note = 'canary_set' where product_id between 11 and 12;
drop trigger changes_noted on stock;

do $$
declare found_id int;
begin
  for found_id in select id from staff where name in ('staff 5', 'canary_loop') loop
    perform count(*) from staff where boss = found_id;
  end loop;
end $$;

delete from parents where id = 98;

prepare of_city (text, int) as select id from customers where city = $1 and id > $2;
execute of_city ('canary_parameter, longer than a limit of parameters', 98761234);
deallocate of_city;

with gone as (delete from stock where product_id > 398 returning product_id)
insert into audit select 'canary_insert', product_id from gone on conflict do nothing;

declare canary_cursor cursor for select id from orders where status <> 'canary_cursor' order by total desc;
fetch 3 from canary_cursor;
close canary_cursor;

savepoint before_error;
select 'canary_error
  ->  Result  (cost=0.00..0.01 rows=1 width=4)' / 0;
rollback to before_error;

set local max_parallel_workers_per_gather = 2;
set local min_parallel_table_scan_size = 0;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
select count(*) from orders where total = 98.75 or status = 'canary_parallel';
