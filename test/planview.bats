#!/usr/bin/env bats
# dbi-plan for eyes: the same plan in every format that EXPLAIN has, as a tree.
# SPDX-License-Identifier: Apache-2.0

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config LC_ALL=C.UTF-8
  unset COLUMNS NO_COLOR
  fixtures=$DBI_BUILD_DIR/test/fixtures/plans
  set -o pipefail
}

# fixture NAME OPTIONS FORMAT: a plan of PostgreSQL 18 in that format.
fixture() {
  jq -r --arg name "$1" --arg options "$2" --arg format "$3" \
    'select(.name == $name and .options == $options and .format == $format) | .plan' "$fixtures/postgresql-18.ndjson"
}

@test "a tree has each node with its cost where nothing ran, and its conditions without literals" {
  fixture hash_join plain text | dbi-plan --format tree --plan-name join >tree
  cat >expected <<'TREE'
join
estimates only  cost 153  5 nodes  p1:p:001a1aa6

   COST              % ROWS  NODE
    153 ▍           3%    8  Hash Join
                             │ Hash Cond: (o.customer_id = c.id)
    107 █████▋     56%   40  ├ Bitmap Heap Scan on orders o
                             │ │ Recheck Cond: (total > ?::numeric)
     22 █▍         14%   40  │ └ Bitmap Index Scan on orders_status_total
                             │     Index Cond: (total > ?::numeric)
     41             0%  400  └ Hash
     41 ██▋        27%  400    └ Seq Scan on customers c
                                   Filter: (city = ?::text)

No findings; without ANALYZE only the estimates can be judged.
TREE
  diff expected tree
}

@test "a tree of a plan is the same in the four formats, times apart" {
  for format in text json yaml xml; do
    fixture hash_join full "$format" | dbi-plan --format tree --plan-name join |
      sed -E 's/[0-9.]+(µs|ms)/TIME/g; s/(█|▉|▊|▋|▌|▍|▎|▏)+//; s/<?[0-9]+%/SHARE/; s/ +/ /g' >"tree.$format"
    grep -F 'Seq Scan on public.customers c' "tree.$format"
    diff tree.text "tree.$format"
  done
}

@test "a tree says what took the time, what is wrong and what to do" {
  fixture sort_disk full json | dbi-plan --format tree --width 80 >tree
  grep -E '^i +[0-9.]+ms .*% +20000 +20000  └ Sort$' tree
  grep -Fx 'FINDINGS  2' tree
  grep -F 'i [2] sort_on_disk: Sort' tree
  grep -F 'Raise work_mem for this statement' tree
}

@test "a tree is as wide as asked: --width, else COLUMNS, else the terminal" {
  fixture hash_join full json >plan
  widest() { LC_ALL=C.UTF-8 awk '{ if (length($0) > most) most = length($0) } END { print most + 0 }'; }
  [ "$(dbi-plan --format tree --width 40 plan | widest)" -le 40 ]
  [ "$(COLUMNS=60 dbi-plan --format tree plan | widest)" -le 60 ]
  diff <(COLUMNS=60 dbi-plan --format tree plan) <(dbi-plan --format tree --width 60 plan)
  diff <(dbi-plan --format tree plan) <(dbi-plan --format tree --width 100 plan)
  script -qec "stty rows 24 cols 72; dbi-plan --format tree --color never plan" /dev/null </dev/null | tr -d '\r' >screen
  diff screen <(dbi-plan --format tree --width 72 plan)
}

@test "colours are for a terminal, unless NO_COLOR or --color says otherwise" {
  fixture hash_join full json >plan
  escapes() { grep -c $'\x1b' || true; }
  [ "$(dbi-plan --format tree plan | escapes)" -eq 0 ]
  [ "$(dbi-plan --format tree --color always plan | escapes)" -gt 0 ]
  [ "$(script -qec "dbi-plan --format tree plan" /dev/null </dev/null | escapes)" -gt 0 ]
  [ "$(NO_COLOR=1 script -qec "dbi-plan --format tree plan" /dev/null </dev/null | escapes)" -eq 0 ]
}

@test "a terminal that has no Unicode gets ASCII" {
  fixture hash_join full json | LC_ALL=C dbi-plan --format tree >tree
  LC_ALL=C grep -nP '[^\x00-\x7F]' tree && return 1
  grep -F '`-Bitmap Index Scan on orders_status_total' tree
}

@test "of records those with a plan are shown, with their statements" {
  fixture hash_join full json | jq -c '{v: 1, kind: "plan", ts: "2026-01-01T00:00:00.000000Z", target: "t",
    system: "postgresql", database: "app", query: "select name from orders where city = '"'Bergen'"'",
    plan_source: "explain", plan: .[0]}' >records
  echo '{"v":1,"kind":"session","ts":"2026-01-01T00:00:00.000000Z","target":"t"}' >>records
  run_split dbi-plan --format tree records
  assert_success
  [ -z "$stderr" ]
  assert_line --index 0 'select name from orders where city = ?'
  assert_line --index 1 --regexp '^[0-9.]+(ms|µs)  planning .*  5 nodes  postgresql  app  explain  p1:p:001a1aa6$'
  refute_output --partial Bergen
  dbi-plan <records | tail -1 | cmp - <(tail -1 records)
  dbi-plan records | dbi-plan --format tree | diff - <(echo "$output")
}

@test "every entry of a log is shown, and no literal" {
  dbi-plan --format tree --width 80 "$fixtures/auto_explain-15.log" >trees
  [ "$(grep -c ' NODE$' trees)" -eq 64 ]
  run -1 grep -E '.canary|98761[0-9]' <(sed 's/canary_cursor//' trees)
}

@test "a plan that cannot be read is told of, and the others are shown" {
  { echo '{"v":1,"kind":"plan","ts":"2026-01-01T00:00:00.000000Z","target":"t","plan":"no plan of '"'canary'"'"}'
    fixture hash_join full json | jq -c '{v: 1, kind: "plan", plan: .[0]}'; } >records
  run_split dbi-plan --format tree records
  assert_success
  [[ $stderr == *"a plan cannot be shown: "* && $stderr != *canary* ]]
  assert_output --partial 'Hash Join'
  echo 'no plan' >nothing
  run_split dbi-plan --format tree nothing
  assert_failure 3
}

@test "plans of MySQL and MariaDB are shown without their literals" {
  printf -- "-> Filter: (t.a = 'canary')  (cost=1 rows=1)\n    -> Table scan on t  (cost=1 rows=9)\n" >tree
  run_split dbi-plan --format tree tree
  assert_success
  assert_output --partial 'Filter: (t.a = ?)'
  assert_output --partial 'Table Scan on t'
  refute_output --partial 'operation'
  run_split dbi-plan --format tree --literals keep tree
  assert_output --partial "Filter: (t.a = 'canary')"
}

@test "a view keeps no state and takes no part in a gate" {
  fixture hash_join full json >plan
  dbi-plan --format tree plan >tree
  [ ! -e state ]
  run_split dbi-plan --format tree --fail-on changed plan
  assert_failure 2
  [[ $stderr == *"go with records, not with a view"* ]]
  run_split dbi-plan --format tree --resume here plan
  assert_failure 2
}

# check_page FILE: well-formed XML, every link inside has its place, and nothing is from elsewhere.
check_page() {
  python3 - "$1" <<'PY'
import re, sys, xml.etree.ElementTree as tree
text = open(sys.argv[1], encoding="utf-8").read()
root = tree.fromstring(text)
ids = [element.get("id") for element in root.iter() if element.get("id")]
assert len(ids) == len(set(ids)), "an id stands twice"
for element in root.iter():
    for name, value in element.attrib.items():
        if name.endswith("href"):
            assert value.startswith("#") and value[1:] in ids, value
        assert name != "src" and not name.startswith("on"), name
    assert not element.tag.endswith(("script", "link", "image", "img", "iframe")), element.tag
addresses = set(re.findall(r"[a-z]+://[^\"' <]*", text))
assert addresses <= {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"}, addresses
assert "url(" not in text and "@import" not in text
PY
}

@test "a page and a graph are well-formed, whole in themselves, and without literals, for every plan of the fixtures" {
  for file in postgresql-18 mysql-9.7 mariadb-11.8; do
    jq -c '{v: 1, kind: "plan", plan_name: .name, plan: .plan}' "$fixtures/$file.ndjson" >records
    for format in html svg; do
      dbi-plan --format "$format" records >"page.$format" 2>faults
      check_page "page.$format"
      run -1 grep -E 'canary|98761[0-9]' <(sed -E 's/Query Identifier<[^>]*><[^>]*>[^<]*//; s/canary_cursor//' "page.$format")
    done
    [ "$(grep -c '<section ' page.html)" -eq "$(($(wc -l <records) - $(wc -l <faults)))" ]
  done
  fixture hash_join full json >plan
  dbi-plan --format html plan >page.html
  [ "$(grep -o '<h2 id="p1t">[^<]*' page.html)" = '<h2 id="p1t">plan' ]
  : >nothing
  for format in html svg; do
    dbi-plan --format "$format" --input records nothing >"page.$format"
    check_page "page.$format"
    grep 'There was no plan' "page.$format"
  done
}

@test "a browser shows the page as it is meant, on a desk and on a phone, and asks for nothing" {
  fixture sort_disk full json >plan
  dbi-plan --format html plan >page.html
  dbi-plan --format svg plan >graph.svg
  browse() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
      --disable-component-update --disable-sync --user-data-dir="$PWD/profile" --enable-logging=stderr --v=0 "$@" 2>said
  }
  # Folded by the keyboard's own element, and nothing of the page is refused by its own policy.
  browse --dump-dom "file://$PWD/page.html" >shown
  grep -q '<summary class="node">' shown
  run -1 grep CONSOLE said
  # A phone's page is as wide as the phone: what is wider scrolls in itself.
  cat >wide.html <<PAGE
<!DOCTYPE html><iframe src="page.html" style="width:390px;height:800px"></iframe>
<script>onload = () => { const page = document.querySelector("iframe").contentDocument.documentElement;
  document.title = page.scrollWidth + " " + page.querySelectorAll("details").length; }</script>
PAGE
  browse --allow-file-access-from-files --dump-dom "file://$PWD/wide.html" >shown
  local width folded
  read -r width folded < <(sed -n 's/.*<title>\([^<]*\).*/\1/p' shown)
  [ "$width" -le 390 ]
  [ "$folded" -ge 4 ]
  browse --dump-dom "file://$PWD/graph.svg" >shown
  grep -q 'frame h' shown
  run -1 grep CONSOLE said
}
