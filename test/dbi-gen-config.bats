# dbi-gen-config: the committed examples, what is made of them, and what it says about broken documents.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # what is in quotes is for dbi to expand

load helper

CONFIG=$DBI_SOURCE_DIR/examples/config
BROKEN=$DBI_SOURCE_DIR/test/fixtures/broken_documents

setup() {
  require_tool dbi-gen-config
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
  cd "$BATS_TEST_TMPDIR" || return
}

copy_examples() {
  cp -r "$CONFIG" config
  chmod -R u+w config
}
generate() { run_split dbi-gen-config --no-config --base config/base.yaml "$@"; }
# By Debian's Python, which has Debian's modules.
read_back() {
  /usr/bin/python3 -c 'import yaml, jsonschema, crontab, kubernetes' || no_server "a Python module is missing"
  run /usr/bin/python3 "$DBI_SOURCE_DIR/test/read_artefacts.py" "$@"
}

# --- Documents ---

@test "the committed documents are what base and overlays give: --check is silent" {
  run_split "$DBI_SOURCE_DIR/scripts/generate-config.sh" all --check
  assert_success
  assert_equal "$output" ""
  assert_equal "$stderr" ""
}

@test "--check exits with 1 and a diff after any edit, and writes nothing" {
  copy_examples
  before=$(cat config/generated/*.yaml | sha256sum)
  for edit in 's/interval: 30s/interval: 31s/' 's/default_sample_rate: 0.5/default_sample_rate: 0.6/' 's/^  default_sample_rate.*//'; do
    sed "$edit" "$CONFIG/overlays/staging.yaml" >config/overlays/staging.yaml
    generate all --check
    assert_failure 1
    assert_line "--- config/generated/staging.yaml"
    assert_line "+++ config/generated/staging.yaml (generated)"
    assert_line --regexp '^@@ -[0-9]+,[0-9]+ \+[0-9]+,[0-9]+ @@$'
    # patch(1) makes of the old document what would be written.
    patch -s -o patched config/generated/staging.yaml <<<"$output"
    dbi-gen-config --no-config --base config/base.yaml staging --out - >wanted
    cmp patched wanted
  done
  assert_line '-  default_sample_rate: 0.5'
  assert_line '+  default_sample_rate: 0.1'
  assert_equal "$(cat config/generated/*.yaml | sha256sum)" "$before"
}

@test "an edit of a written document, a missing one and one without overlay are told" {
  copy_examples
  sed -i 's/top: 500/top: 50/' config/generated/production.yaml
  rm config/generated/development.yaml
  touch config/generated/old.yaml
  generate all --check
  assert_failure 1
  assert_line -- '-  top: 50'
  assert_line -- '--- /dev/null'
  assert_line "Only in the folder: config/generated/old.yaml, which has no overlay"
}

@test "writing is quiet, repeats itself byte for byte, and leaves what is right alone" {
  copy_examples
  rm -r config/generated
  generate all
  assert_success
  assert_equal "$output$stderr" ""
  run diff -r config/generated "$CONFIG/generated"
  assert_success
  touch -d '2026-01-01' config/generated/staging.yaml
  generate all
  assert_equal "$(date -r config/generated/staging.yaml +%F)" 2026-01-01
  assert_equal "$(stat -c %a config/generated/staging.yaml)" 644
}

@test "one fault in one environment and nothing at all is written" {
  copy_examples
  rm -r config/generated
  echo 'colector: {top: 5}' >>config/overlays/staging.yaml
  generate all
  assert_failure 2
  [[ $stderr == *"config/overlays/staging.yaml:13:1: colector: unknown section"* ]]
  assert_not_exists config/generated
}

@test "variables are expanded, named in the head, and kept with --keep-variables" {
  copy_examples
  COLLECTION_INTERVAL=45s generate production --out -
  assert_line "  interval: 120s"
  QUERY_TIMEOUT=9s MYSQL_HOST=db9.example.net generate production --out -
  assert_success
  assert_line "# Values from the environment: MYSQL_HOST, QUERY_TIMEOUT."
  assert_line "  statement_timeout: 9s"
  assert_line "    url: mysql://dbi_monitor@db9.example.net:3306"
  generate production --out - --keep-variables
  assert_line '  statement_timeout: ${QUERY_TIMEOUT:3s}'
  QUERY_TIMEOUT=never generate production --out - --keep-variables
  assert_failure 2
  [[ $stderr == *"base.yaml:20:22: collector.statement_timeout: not a duration: 'never'"* ]]
}

@test "a secret stays the variable that it is, and is never expanded" {
  copy_examples
  for key in '' canary; do
    DBI_IDENTITY_KEY=$key generate production --out -
    assert_success
    assert_line '  identity_key: ${DBI_IDENTITY_KEY}'
    refute_output --partial canary
  done
  sed -i 's/identity_key: .*/identity_key: canary/' config/overlays/production.yaml
  generate production --out -
  assert_failure 2
  [[ $stderr == *"identity_key: a secret stands in the document"* ]]
  [[ $stderr != *canary* ]]
  # Nor by another way.
  sed -i 's/identity_key: .*/identity_key: ${DBI_IDENTITY_KEY}\n  verification_interval: ${DBI_IDENTITY_KEY}/' config/overlays/production.yaml
  DBI_IDENTITY_KEY=5m generate production --out -
  assert_failure 2
}

@test "every tool accepts every document that is generated" {
  export DBI_IDENTITY_KEY=key
  for document in "$CONFIG"/generated/*.yaml; do
    for tool in dbi-verify dbi-plan dbi-sample dbi-breaker dbi-ratelimit; do
      run_split "$tool" --config "$document" --replay </dev/null
      assert_success
      assert_equal "$stderr" ""
    done
    run_split dbi-export --config "$document" --to "ndjson:$BATS_TEST_TMPDIR/out" </dev/null
    assert_success
    run_split dbi-collect --once --config "$document" 'postgresql:///x?host=/nonexistent'
    assert_failure 4
    refute_regex "$stderr" configuration
  done
}

@test "an independent validator of JSON Schema accepts them, and what the schema is made of" {
  dbi-gen-config --no-config --schema >schema.json
  read_back schema schema.json "$CONFIG"/generated/*.yaml "$CONFIG/base.yaml" "$DBI_SOURCE_DIR"/examples/dbi.yaml "$DBI_SOURCE_DIR"/examples/mysql.yaml
  assert_success
  assert_output ""
  for document in unknown-key unknown-section unknown-word not-a-number above-the-range duration-without-a-unit \
    size-with-a-wrong-unit map-where-a-list-is-wanted list-where-a-map-is-wanted unknown-key-in-a-rule \
    unknown-key-in-another-environment rule-with-a-wrong-operator target-of-the-original; do
    read_back schema schema.json "$BROKEN/$document.yaml"
    assert_failure 1
  done
}

@test "every key of every tool stands in the schema" {
  dbi-gen-config --no-config --schema >schema.json
  for tool in dbi-collect dbi-verify dbi-plan dbi-sample dbi-breaker dbi-ratelimit dbi-export; do
    "$tool" --print-manual-options | grep -o 'Configuration: [a-z_.\\]*[a-z_]' | tr -d '\\' | cut -d' ' -f2
  done | sort -u >keys
  [ "$(wc -l <keys)" -gt 80 ]
  while read -r key; do
    jq -e --arg key "$key" '. as $s | $key | split(".") | reduce .[] as $part ($s; .properties[$part])' schema.json >/dev/null ||
      fail "no $key"
  done <keys
}

# --- Looking ---

@test "--diff shows the keys in which environments differ, and exits with 1" {
  copy_examples
  generate --diff staging production
  assert_failure 1
  assert_line --index 0 --regexp '^key +staging +production$'
  assert_line --regexp '^collector\.interval +30s +120s$'
  assert_line --regexp '^adaptive_sampler\.rules\.high_volume_queries\.sample_rate +0\.01 +0\.001$'
  assert_line --regexp '^rate_limiter\.database_limits\.orders\.rps +- +2000$'
  refute_line --partial failure_threshold
  cp config/overlays/staging.yaml config/overlays/other.yaml
  generate --diff staging other
  assert_success
  assert_output ""
}

@test "--explain says what a key means and where each environment has its value from" {
  copy_examples
  generate --explain adaptive_sampler.default_sample_rate all
  assert_success
  assert_line --index 0 adaptive_sampler.default_sample_rate
  assert_line --regexp '^  type +a number from 0 to 1$'
  assert_line --regexp '^  flag +dbi-sample --default-sample-rate$'
  assert_line "  development: 1.0, from config/overlays/development.yaml:13:24"
  assert_line "  production: 0.05, from config/overlays/production.yaml:18:24"
  generate --explain circuit_breaker.window_calls staging
  assert_line "  staging: the default"
  generate --explain memory_limiter.limit
  assert_line --partial "dbi-sample --memory-limit, dbi-breaker --memory-limit"
  assert_line --partial "value: 512MiB, from config/base.yaml:"
  generate --explain adaptive_sampler.rules.sample_rate production
  assert_line --partial "adaptive_sampler.rules.high_volume_queries.sample_rate = 0.001, from config/overlays/production.yaml"
  generate --explain circuit_breaker.failure_treshold
  assert_failure 2
  [[ $stderr == *"no key 'circuit_breaker.failure_treshold'"*"Did you mean circuit_breaker.failure_threshold?"* ]]
}

@test "wrong command lines say what to write" {
  copy_examples
  generate
  assert_failure 2
  [[ $stderr == *"no environment is named"* ]]
  generate produktion
  assert_failure 2
  [[ $stderr == *"no environment 'produktion'"*"Did you mean production?"* ]]
  generate all --out -
  assert_failure 2
  generate all --check --diff
  assert_failure 2
  generate --diff staging
  assert_failure 2
  cp config/overlays/staging.yaml 'config/overlays/a;b.yaml'
  generate all
  assert_failure 2
  [[ $stderr == *"'a;b' is no name for an environment"* ]]
}

# --- Broken documents ---

@test "each broken document gets file, line, column and a remedy" {
  count=0
  for document in "$BROKEN"/*.yaml; do
    name=$(basename "$document" .yaml)
    run_split env -C "$BROKEN" dbi-gen-config --no-config --base "$name.yaml" --out -
    assert_failure 2
    assert_equal "$output" ""
    # After a change of a message: DBI_UPDATE_GOLDEN=1, and the diff is read.
    [ -z "${DBI_UPDATE_GOLDEN:-}" ] || echo "$stderr" >"$BROKEN/$name.txt"
    assert_equal "$stderr" "$(cat "$BROKEN/$name.txt")"
    while read -r line; do
      case $line in
        "hint: "*) ;;
        *) assert_regex "$line" "^dbi-gen-config: configuration: $name\.yaml:[1-9][0-9]*:[1-9][0-9]*: " ;;
      esac
    done <<<"$stderr"
    # As many remedies as faults, and no secret.
    assert_equal "$(grep -c '^  hint: ' <<<"$stderr")" "$(grep -c '^dbi-gen-config: ' <<<"$stderr")"
    refute_regex "$stderr" canary
    count=$((count + 1))
  done
  [ "$count" -ge 60 ]
}

@test "the tools say the same about a broken document" {
  for name in unknown-key duplicate-key variable-not-set; do
    run_split env -C "$BROKEN" dbi-collect --config "$name.yaml" postgresql:///x
    assert_failure 2
    assert_equal "${stderr//dbi-collect/dbi-gen-config}" "$(cat "$BROKEN/$name.txt")"
  done
}

# --- What is made of a document ---

@test "the units of systemd are correct and give the service nothing it does not need" {
  command -v systemd-analyze >/dev/null || no_server "no systemd-analyze"
  copy_examples
  generate all --systemd
  assert_success
  cd config/generated/systemd
  run systemd-analyze verify --man=no ./dbi@.service
  assert_success
  assert_output ""
  run systemd-analyze security --offline=true --threshold=50 ./dbi@.service
  assert_success
  assert_line --regexp 'Overall exposure level for .*: [0-4]\.[0-9] OK'
  assert_equal "$(grep LoadCredential= 'dbi@production.service.d/credentials.conf')" \
    "LoadCredential=orders.password:/etc/dbi/orders.password
LoadCredential=shop.password:/etc/dbi/shop.password"
  assert_not_exists 'dbi@development.service.d'
}

@test "cron's lines are read by a parser of crontabs" {
  copy_examples
  generate all --cron
  assert_success
  read_back cron config/generated/cron/dbi-production
  assert_success
  assert_output --regexp '^\*/2 \* \* \* \* as dbi: good: set -o pipefail; dbi-collect .*--once.* \| dbi-export '
  bash -n <(sed -n 's/^[^#A-Z]* dbi \(set .*\)/\1/p' config/generated/cron/dbi-production)
}

@test "manifests of Kubernetes are read by its client's models, whole" {
  copy_examples
  cp config/overlays/staging.yaml config/overlays/Staging_EU.1.yaml
  generate all --kubernetes --image registry.example.net/dbi:1
  assert_success
  for name in development staging production; do
    read_back kubernetes "config/generated/kubernetes/$name.yaml"
    assert_success
    assert_output "ConfigMap dbi-$name
  document of $name
PersistentVolumeClaim dbi-$name-state
Deployment dbi-$name"
  done
  read_back kubernetes config/generated/kubernetes/Staging_EU.1.yaml
  assert_line "Deployment dbi-staging-eu-1"
}

@test "the shell of the pod ends its pipe in order when it is told to stop" {
  copy_examples
  generate development --kubernetes
  /usr/bin/python3 - <<'PYTHON' >pod.sh
import yaml
deployment = list(yaml.safe_load_all(open("config/generated/kubernetes/development.yaml")))[-1]
print(deployment["spec"]["template"]["spec"]["containers"][0]["args"][0])
PYTHON
  # In place of the pipeline: a source that stops at SIGTERM and a sink that has much left to write.
  sed -i "s/(trap : TERM;.*) &/(trap : TERM; python3 source.py | (trap '' TERM; sleep 1; cat >delivered)) \&/" pod.sh
  cat >source.py <<'PYTHON'
import signal, sys, time
def end(*_):
    print("the last record", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open("ready", "w").close()
time.sleep(60)
PYTHON
  setsid bash -o pipefail -c "$(cat pod.sh)" 3>&- 4>&- &
  pod=$!
  for _ in {1..200}; do [ -e ready ] && break; sleep 0.05; done
  kill -TERM "$pod"
  wait "$pod" || true
  assert_equal "$(cat delivered)" "the last record"
}

@test "no password stands in anything that is made" {
  copy_examples
  printf 'canary\n' >secret
  chmod 600 secret
  export POSTGRES_PASSWORD_FILE=$PWD/secret MYSQL_PASSWORD_FILE=$PWD/secret PGPASSWORD=canary MYSQL_PWD=canary
  for what in '' --systemd --cron --kubernetes --grants; do
    # shellcheck disable=SC2086
    generate all $what --out made
    assert_success
  done
  run grep -r canary made
  assert_failure 1
  run grep -rc 'password' made
  assert_success
}
