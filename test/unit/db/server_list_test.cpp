// Lists of hosts, of which silent ones are left out.
// SPDX-License-Identifier: Apache-2.0
#include "db/server_list.hpp"

#include <gtest/gtest.h>

namespace dbi::db {
namespace {

using Keywords = PostgresqlTarget::Keywords;

const Keywords kGiven{{"host", "a,b,c"}, {"port", "1"}, {"target_session_attrs", "prefer-standby"}};

TEST(ServerList, ChangesNothingAsLongAsNoneIsSilent) {
  ServerList servers("a,b,c", "", "1");
  servers.set_tried(1);
  EXPECT_EQ(servers.narrow(kGiven), kGiven);
  EXPECT_EQ(servers.describe(), " (tried a:1; b:1)");
}

TEST(ServerList, KeepsTheOrderOfTheOthersAndAllElse) {
  ServerList servers("a,b,c", "", "1");
  EXPECT_TRUE(servers.leave_out(*servers.find("b", "1")));
  EXPECT_EQ(servers.narrow(kGiven),
            (Keywords{{"target_session_attrs", "prefer-standby"}, {"host", "a,c"}, {"port", "1,1"}}));
  EXPECT_FALSE(servers.find("b", "1"));
  servers.set_tried(0);
  EXPECT_EQ(servers.describe(), " (tried a:1; b:1, silent)");
  EXPECT_TRUE(servers.leave_out(0));
  EXPECT_FALSE(servers.leave_out(2));
}

TEST(ServerList, LeavesOutWhatIsThereTwice) {
  ServerList servers("a,a", "", ",5432");
  EXPECT_FALSE(servers.leave_out(0));
}

TEST(ServerList, PutsPortsAndAddressesToTheirHosts) {
  ServerList servers(",x", "10.0.0.1,10.0.0.2", "7,");
  EXPECT_EQ(servers.find("10.0.0.1", "7"), 0U);
  EXPECT_EQ(servers.find("x", "5432"), 1U);
  EXPECT_FALSE(servers.find("10.0.0.2", "5432"));
  EXPECT_TRUE(servers.leave_out(0));
  EXPECT_EQ(servers.narrow({}), (Keywords{{"host", "x"}, {"hostaddr", "10.0.0.2"}, {"port", "5432"}}));
}

TEST(ServerList, SaysNothingOfASingleServer) {
  ServerList servers("", "", "");
  EXPECT_EQ(servers.find("/run/postgresql", "5432"), 0U);
  EXPECT_FALSE(servers.leave_out(0));
  EXPECT_EQ(servers.describe(), "");
}

}  // namespace
}  // namespace dbi::db
