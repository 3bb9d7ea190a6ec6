// SPDX-License-Identifier: Apache-2.0
#include "db/server_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace dbi::db {

namespace {

constexpr std::string_view kDefaultPort = "5432";

// One port stands for all hosts.
std::string_view item(const std::vector<std::string_view>& list, std::size_t index) {
  if (list.size() == 1) return list.front();
  return index < list.size() ? list[index] : std::string_view();
}

void append_item(std::string& list, std::string_view text, bool first) {
  if (!first) list += ',';
  list += text;
}

}  // namespace

ServerList::ServerList(std::string_view hosts, std::string_view addresses, std::string_view ports) {
  const auto host_list = split(hosts, ',');
  const auto address_list = split(addresses, ',');
  const auto port_list = split(ports, ',');
  const auto size = addresses.empty() ? host_list.size() : address_list.size();
  for (std::size_t i = 0; i < size; ++i) {
    auto& entry = entries_.emplace_back();
    if (!hosts.empty()) entry.host = i < host_list.size() ? host_list[i] : std::string_view();
    if (!addresses.empty()) entry.address = address_list[i];
    entry.port = item(port_list, i);
    if (entry.port.empty()) entry.port = kDefaultPort;
  }
}

std::optional<std::size_t> ServerList::find(std::string_view host, std::string_view port) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    const auto& name = entry.host.empty() ? entry.address : entry.host;
    // Without a name it is the default socket, whose folder only libpq knows.
    const bool same = name.empty() ? host.starts_with('/') || host == "localhost" : name == host;
    if (!entry.silent && same && entry.port == port) return i;
  }
  return std::nullopt;
}

bool ServerList::leave_out(std::size_t entry) {
  const auto like = entries_.at(entry);
  for (auto& other : entries_) {
    if (other == like) other.tried = other.silent = true;
  }
  return std::ranges::any_of(entries_, [](const Entry& other) { return !other.silent; });
}

void ServerList::set_tried(std::size_t entry) {
  for (std::size_t i = 0; i <= entry && i < entries_.size(); ++i) entries_[i].tried = true;
}

PostgresqlTarget::Keywords ServerList::narrow(PostgresqlTarget::Keywords keywords) const {
  if (std::ranges::none_of(entries_, &Entry::silent)) return keywords;
  std::erase_if(keywords, [](const auto& keyword) {
    return keyword.first == "host" || keyword.first == "hostaddr" || keyword.first == "port";
  });
  std::string hosts;
  std::string addresses;
  std::string ports;
  bool first = true;
  for (const auto& entry : entries_) {
    if (entry.silent) continue;
    append_item(hosts, entry.host, first);
    append_item(addresses, entry.address, first);
    append_item(ports, entry.port, first);
    first = false;
  }
  const auto holds = [](const std::string& list) { return list.find_first_not_of(',') != std::string::npos; };
  if (holds(hosts)) keywords.emplace_back("host", hosts);
  if (holds(addresses)) keywords.emplace_back("hostaddr", addresses);
  keywords.emplace_back("port", ports);
  return keywords;
}

std::string ServerList::describe() const {
  if (entries_.size() < 2) return {};
  std::string text;
  for (const auto& entry : entries_) {
    if (!entry.tried) continue;
    text += fmt::format("{}{}:{}{}", text.empty() ? "" : "; ", entry.host.empty() ? entry.address : entry.host,
                        entry.port, entry.silent ? ", silent" : "");
  }
  return text.empty() ? std::string() : fmt::format(" (tried {})", text);
}

}  // namespace dbi::db
