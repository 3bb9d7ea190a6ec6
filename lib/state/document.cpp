// SPDX-License-Identifier: Apache-2.0
#include "state/document.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/errno_text.hpp"
#include "state/json_fault.hpp"
#include "state/lock.hpp"

namespace dbi::state {

namespace {

Status accept_text(const std::filesystem::path& path, const DocumentFormat& format, std::string_view text,
                   const AcceptDocument& accept) {
  try {
    const auto body = nlohmann::ordered_json::parse(text);
    const auto version = body.at("version").get<std::int64_t>();
    DBI_TRY(check_format(path, format, body.at("format").get<std::string>(), version));
    return accept(body, static_cast<int>(version));
  } catch (const nlohmann::json::exception& error) {
    return malformed(error);
  }
}

// What is wrong with the content; nothing where it was taken, or where there is no file.
struct Judged {
  bool found = false;
  std::optional<std::string> fault;
};

Result<Judged> judge(const std::filesystem::path& path, const std::function<Status(std::string_view text)>& accept) {
  DBI_TRY_ASSIGN(const auto text, read_whole(path));
  if (!text) return Judged{};
  const auto accepted = accept(*text);
  if (accepted) return Judged{true, std::nullopt};
  if (accepted.error().kind != ErrorKind::Malformed) return fail(accepted.error());
  return Judged{true, accepted.error().message};
}

}  // namespace

Status check_format(const std::filesystem::path& path, const DocumentFormat& format, std::string_view name,
                    std::int64_t version) {
  if (name != format.name) return fail(ErrorKind::Malformed, fmt::format("format '{}' is not '{}'", name, format.name));
  if (version > format.version) {
    return fail(ErrorKind::State,
                fmt::format("{} has version {}, this program reads up to {}", path.string(), version, format.version),
                "A newer dbi wrote it: update this one, or use another --state-dir. The file was left as it is.");
  }
  if (version < format.version - 1 || version < 1) {
    return fail(ErrorKind::Malformed, fmt::format("version {} is too old", version));
  }
  return {};
}

Result<Damage> set_aside(const std::filesystem::path& path, std::string_view why) {
  auto target = path;
  target += ".corrupt";
  if (std::rename(path.c_str(), target.c_str()) != 0) {
    return fail(ErrorKind::State, fmt::format("cannot set {} aside: {}", path.string(), errno_text(errno)));
  }
  return Damage{target, fmt::format("{} was damaged ({}) and is kept as {}", path.string(), why, target.string())};
}

Result<Loaded> load_text(const std::filesystem::path& path, const std::function<Status(std::string_view text)>& accept,
                         OnDamage on_damage) {
  DBI_TRY_ASSIGN(Judged judged, judge(path, accept));
  if (!judged.fault) return Loaded{judged.found, {}};
  if (on_damage == OnDamage::Report) {
    return Loaded{false, Damage{{}, fmt::format("{} is damaged ({})", path.string(), *judged.fault)}};
  }
  std::optional<Lock> lock;
  if (on_damage == OnDamage::LockAndSetAside) {
    DBI_TRY_ASSIGN(lock, lock_briefly(path, "dbi"));
    DBI_TRY_ASSIGN(judged, judge(path, accept));
    if (!judged.fault) return Loaded{judged.found, {}};
  }
  DBI_TRY_ASSIGN(auto damage, set_aside(path, *judged.fault));
  return Loaded{false, std::move(damage)};
}

Result<Loaded> load_document(const std::filesystem::path& path, const DocumentFormat& format,
                             const AcceptDocument& accept, OnDamage on_damage) {
  const auto accept_any = [&](std::string_view text) { return accept_text(path, format, text, accept); };
  return load_text(path, accept_any, on_damage);
}

Status store_document(const std::filesystem::path& path, const DocumentFormat& format,
                      const nlohmann::ordered_json& body, Durability durability) {
  nlohmann::ordered_json document{{"format", format.name}, {"version", format.version}};
  for (const auto& [name, value] : body.items()) document[name] = value;
  return write_atomic(path, document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", durability);
}

}  // namespace dbi::state
