// How systemd's credentials are called: those that units load and that tools find in $CREDENTIALS_DIRECTORY.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dbi {

/// The credential that holds the password of a target: its name and ".password", ':' as '_' (LoadCredential= parts by
/// it, systemd.exec(5)).
[[nodiscard]] inline std::string credential_name(std::string_view target) {
  std::string out(target);
  std::ranges::replace(out, ':', '_');
  return out + ".password";
}

}  // namespace dbi
