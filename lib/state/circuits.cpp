// SPDX-License-Identifier: Apache-2.0
#include "state/circuits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "state/json_fault.hpp"
#include "state/json_time.hpp"

namespace dbi::state {

namespace {

constexpr DocumentFormat kFormat{"circuits", 1};
constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
constexpr std::array<std::string_view, 3> kWords{"closed", "open", "half_open"};

// Where a member is not there, `kept` stays.
template <typename T>
void read_into(const nlohmann::ordered_json& body, const char* name, T& kept) {
  if (const auto member = body.find(name); member != body.end()) kept = member->get<T>();
}

// nlohmann turns -1 into a large unsigned number.
template <typename T>
Status read_count(const nlohmann::ordered_json& body, const char* name, T& kept) {
  const auto member = body.find(name);
  if (member == body.end()) return {};
  if (!member->is_number_unsigned() || !std::in_range<T>(member->get<std::uint64_t>())) {
    return fail(ErrorKind::Malformed, fmt::format("'{}' is no count", name));
  }
  kept = member->get<T>();
  return {};
}

Status check_whole(const StoredCircuit& circuit) {
  if (circuit.state != CircuitState::Closed && !circuit.opened_at) {
    return fail(ErrorKind::Malformed, "it is not closed and has no 'opened_at'");
  }
  if (circuit.state == CircuitState::HalfOpen && !circuit.half_open_since) {
    return fail(ErrorKind::Malformed, "it is half-open and has no 'half_open_since'");
  }
  if (!(circuit.strain >= 0 && circuit.strain <= 1)) return fail(ErrorKind::Malformed, "'strain' is not within 0 to 1");
  return {};
}

Result<StoredCircuit> read_circuit(const nlohmann::ordered_json& body) {
  StoredCircuit out;
  const auto word = body.at("state").get<std::string>();
  const auto state = find_circuit_state(word);
  if (!state) return fail(ErrorKind::Malformed, fmt::format("'{}' is no state", word));
  out.state = *state;
  DBI_TRY_ASSIGN(out.opened_at, read_time(body, "opened_at"));
  DBI_TRY_ASSIGN(const auto open_for, read_milliseconds(body, "open_for_ms"));
  out.open_for = open_for.value_or(microseconds{0});
  DBI_TRY_ASSIGN(out.broken_since, read_time(body, "broken_since"));
  DBI_TRY_ASSIGN(out.half_open_since, read_time(body, "half_open_since"));
  DBI_TRY(read_count(body, "probes", out.probes));
  DBI_TRY(read_count(body, "successes", out.successes));
  read_into(body, "window", out.window);
  DBI_TRY(read_count(body, "openings", out.openings));
  DBI_TRY(read_count(body, "trips", out.trips));
  DBI_TRY_ASSIGN(out.good_since, read_time(body, "good_since"));
  read_into(body, "reason", out.reason);
  read_into(body, "strain", out.strain);
  DBI_TRY_ASSIGN(out.timeout, read_milliseconds(body, "timeout_ms"));
  DBI_TRY(check_whole(out));
  return out;
}

// Takes one circuit after the other out of the document while that is parsed, so that it never stands in memory as a
// whole: it may have a hundred thousand of them. Throws like nlohmann.
class CircuitsReader {
 public:
  bool operator()(int depth, nlohmann::ordered_json::parse_event_t event, const nlohmann::ordered_json& parsed) {
    using Event = nlohmann::ordered_json::parse_event_t;
    if (event == Event::key && depth == 1) member_ = parsed.get<std::string>();
    if (event == Event::key && depth == 2) key_ = parsed.get<std::string>();
    if (event != Event::object_end || depth != 2 || member_ != "circuits") return true;
    if (fault_) return false;
    if (auto circuit = read_circuit(parsed)) {
      circuits_.insert_or_assign(key_, std::move(*circuit));
    } else {
      fault_ = Error{circuit.error().kind, fmt::format("circuit '{}': {}", key_, circuit.error().message), {}};
    }
    return false;
  }

  Result<Circuits> finish(const nlohmann::ordered_json& rest) {
    if (fault_) return fail(*std::move(fault_));
    const auto& others = rest.at("circuits").get_ref<const nlohmann::ordered_json::object_t&>();
    if (!others.empty()) return fail(ErrorKind::Malformed, fmt::format("circuit '{}' is none", others.begin()->first));
    return std::move(circuits_);
  }

 private:
  std::string member_;
  std::string key_;
  Circuits circuits_;
  std::optional<Error> fault_;
};

Result<Circuits> read_text(const std::filesystem::path& path, std::string_view text) {
  CircuitsReader reader;
  const auto rest = nlohmann::ordered_json::parse(text, std::ref(reader));
  DBI_TRY(check_format(path, kFormat, rest.at("format").get<std::string>(), rest.at("version").get<std::int64_t>()));
  return reader.finish(rest);
}

nlohmann::ordered_json json_of(const StoredCircuit& circuit) {
  nlohmann::ordered_json out{{"state", circuit_state_word(circuit.state)}};
  if (circuit.opened_at) {
    out["opened_at"] = format_timestamp(*circuit.opened_at);
    out["open_for_ms"] = milliseconds_of(circuit.open_for);
  }
  if (circuit.broken_since) out["broken_since"] = format_timestamp(*circuit.broken_since);
  if (circuit.half_open_since) {
    out["half_open_since"] = format_timestamp(*circuit.half_open_since);
    out["probes"] = circuit.probes;
    out["successes"] = circuit.successes;
  }
  if (!circuit.reason.empty()) out["reason"] = circuit.reason;
  if (!circuit.window.empty()) out["window"] = circuit.window;
  if (circuit.strain > 0) out["strain"] = circuit.strain;
  if (circuit.openings > 0) out["openings"] = circuit.openings;
  if (circuit.trips > 0) out["trips"] = circuit.trips;
  if (circuit.good_since) out["good_since"] = format_timestamp(*circuit.good_since);
  if (circuit.timeout) out["timeout_ms"] = milliseconds_of(*circuit.timeout);
  return out;
}

}  // namespace

std::string_view circuit_state_word(CircuitState state) {
  return kWords[static_cast<std::size_t>(state)];
}

std::optional<CircuitState> find_circuit_state(std::string_view word) {
  const auto* found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<CircuitState>(found - kWords.begin());
}

Result<LoadedCircuits> load_circuits(const std::filesystem::path& path, OnDamage on_damage) {
  LoadedCircuits loaded;
  const auto accept = [&](std::string_view text) -> Status {
    try {
      DBI_TRY_ASSIGN(loaded.circuits, read_text(path, text));
      return {};
    } catch (const nlohmann::json::exception& error) {
      return malformed(error);
    }
  };
  DBI_TRY_ASSIGN(auto read, load_text(path, accept, on_damage));
  loaded.damage = std::move(read.damage);
  return loaded;
}

std::string format_circuit(const StoredCircuit& circuit) {
  return json_of(circuit).dump(-1, ' ', false, kReplace);
}

Result<StoredCircuit> parse_circuit(std::string_view json) {
  try {
    return read_circuit(nlohmann::ordered_json::parse(json));
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::Malformed, "it is no circuit");
  }
}

Result<CircuitsFile> CircuitsFile::create(const std::filesystem::path& path) {
  DBI_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path, Durability::Durable));
  return CircuitsFile(std::move(file));
}

CircuitsFile::CircuitsFile(AtomicFile file)
    : file_(std::move(file)),
      text_(fmt::format("{{\n \"format\": \"{}\",\n \"version\": {},\n \"circuits\": {{", kFormat.name,
                        kFormat.version)) {}

Status CircuitsFile::add(std::string_view key, const StoredCircuit& circuit) {
  constexpr std::size_t kChunk = std::size_t{64} << 10U;
  text_ += std::exchange(first_, false) ? "\n  " : ",\n  ";
  text_ += nlohmann::ordered_json(key).dump(-1, ' ', false, kReplace);
  text_ += ": ";
  text_ += format_circuit(circuit);
  return text_.size() < kChunk ? Status{} : write();
}

Status CircuitsFile::write() {
  DBI_TRY(file_.append(text_));
  text_.clear();
  return {};
}

Status CircuitsFile::commit() {
  text_ += "\n }\n}\n";
  DBI_TRY(write());
  return file_.commit();
}

Status store_circuits(const std::filesystem::path& path, const Circuits& circuits) {
  DBI_TRY_ASSIGN(CircuitsFile file, CircuitsFile::create(path));
  for (const auto& [key, circuit] : circuits) DBI_TRY(file.add(key, circuit));
  return file.commit();
}

}  // namespace dbi::state
