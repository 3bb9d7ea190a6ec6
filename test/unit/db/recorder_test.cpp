// --record: the raw rows of a cycle.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <lz4frame.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "db/row_recorder.hpp"
#include "server.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::db::test {
namespace {

std::string decompress(const std::string& packed) {
  LZ4F_dctx* context = nullptr;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  std::string text(1U << 20U, '\0');
  std::size_t size = text.size();
  std::size_t taken = packed.size();
  EXPECT_EQ(LZ4F_decompress(context, text.data(), &size, packed.data(), &taken, nullptr), 0U);
  LZ4F_freeDecompressionContext(context);
  text.resize(size);
  return text;
}

TEST(Recorder, KeepsRowsAndNoLiteral) {
  if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
  const state::ScratchFolder folder;
  auto recorder = RowRecorder::open(folder.path(), "t", "c1").value();
  auto connection = open(local()).value();
  connection.set_recorder(&recorder);
  // Of text only what the statement calls open stays, whatever the columns are called.
  ASSERT_TRUE(connection.read("sessions", {"x",
                                           "select 1 as a, null as query, $$select 'canary'$$ as wait_event, "
                                           "'idle 7' as state, current_user as role",
                                           {3}}));
  ASSERT_TRUE(recorder.close());
  std::ifstream file(folder / "t" / "c1.ndjson.lz4", std::ios::binary);
  std::ostringstream packed;
  packed << file.rdbuf();
  const auto text = decompress(packed.str());
  EXPECT_THAT(text, testing::StartsWith("{\"read\":\"sessions\",\"sql\":\"select /* dbi-collect x */ 1 as a"));
  EXPECT_THAT(text, testing::EndsWith("\"columns\":[\"a\",\"query\",\"wait_event\",\"state\",\"role\"],"
                                      "\"rows\":[[\"1\",null,\"select ?\",\"idle 7\",\"dbi_monitor\"]]}\n"));
}

TEST(Recorder, TellsAFolderThatCannotBe) {
  EXPECT_EQ(RowRecorder::open("/proc/none", "t", "c1").error().kind, ErrorKind::Output);
}

}  // namespace
}  // namespace dbi::db::test
