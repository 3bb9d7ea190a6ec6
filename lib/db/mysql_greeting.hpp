// The packet by which a MySQL or MariaDB server greets, looked at before the client library answers it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace dbi::db {

enum class Greeting : std::uint8_t {
  Unfinished,    ///< more bytes have to come
  OffersTls,     ///< CLIENT_SSL is among the capabilities
  OffersNoTls,   ///< it is not
  Unrecognised,  ///< an error packet, another protocol: the library's to tell
};

/// What the first bytes of a connection say (MySQL's "Protocol::HandshakeV10"). Connector/C 3.3 sends the password's
/// hash without TLS to a server that offers none, even with MYSQL_OPT_SSL_ENFORCE (tried on 3.3.20).
[[nodiscard]] Greeting read_greeting(std::string_view bytes);

}  // namespace dbi::db
