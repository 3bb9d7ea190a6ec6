// Guards as text.
// SPDX-License-Identifier: Apache-2.0
#include "db/guards.hpp"

#include <gtest/gtest.h>

namespace dbi::db {
namespace {

TEST(Guards, AreReadBackInTheServersUnits) {
  EXPECT_TRUE(shows_time("5s", milliseconds{5000}));
  EXPECT_TRUE(shows_time("100ms", milliseconds{100}));
  EXPECT_TRUE(shows_time("1min", milliseconds{60000}));
  EXPECT_TRUE(shows_time("1h", milliseconds{3600000}));
  EXPECT_FALSE(shows_time("0", milliseconds{5000}));
  EXPECT_FALSE(shows_time("", milliseconds{5000}));
}

TEST(Guards, TravelAsStartupOptions) {
  EXPECT_EQ(startup_options(Guards{}),
            "-c default_transaction_read_only=on -c statement_timeout=5000 -c lock_timeout=100 -c "
            "idle_in_transaction_session_timeout=10000 -c search_path=pg_catalog");
}

}  // namespace
}  // namespace dbi::db
