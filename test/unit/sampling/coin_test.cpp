// The coin is fair, reproducible, nested by rate, and independent of one thrown before.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/coin.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sampling/lines.hpp"

namespace dbi::sampling {
namespace {

class CoinTest : public testing::Test {
 protected:
  const record::Record& numbered(int i) {
    return lines_.parse("{\"v\":1,\"kind\":\"session\",\"pid\":\"" + std::to_string(i) + "\"}");
  }

  // How many of the first n records are kept.
  int kept(Coin& coin, int n, double rate, double weight = 1) {
    int out = 0;
    for (int i = 0; i < n; ++i) out += coin.keeps(numbered(i), weight, rate) ? 1 : 0;
    return out;
  }

  Lines lines_;
};

TEST_F(CoinTest, KeepsTheShareThatItIsAskedFor) {
  Coin coin(7, "dbi-sample", {});
  for (const double rate : {0.01, 0.1, 0.5, 0.9}) {
    const double expected = 20'000 * rate;
    EXPECT_NEAR(kept(coin, 20'000, rate), expected, 4 * std::sqrt(expected * (1 - rate))) << rate;
  }
  EXPECT_EQ(kept(coin, 1000, 1), 1000);
  EXPECT_EQ(kept(coin, 1000, 0), 0);
}

TEST_F(CoinTest, WhatALowRateKeepsAHigherOneKeepsToo) {
  Coin coin(7, "dbi-sample", {});
  for (int i = 0; i < 2000; ++i) {
    const auto& record = numbered(i);
    EXPECT_TRUE(!coin.keeps(record, 1, 0.1) || coin.keeps(record, 1, 0.2));
  }
}

// The share of the records that both keep at a rate of one half.
TEST_F(CoinTest, SeedNameAndWeightGiveIndependentCoins) {
  constexpr int kRecords = 20'000;
  Coin first(7, "dbi-sample", {});
  Coin seed(8, "dbi-sample", {});
  Coin name(7, "second", {});
  Coin same(7, "dbi-sample", {});
  int by_seed = 0;
  int by_name = 0;
  int by_weight = 0;
  for (int i = 0; i < kRecords; ++i) {
    const auto& record = numbered(i);
    const bool kept = first.keeps(record, 1, 0.5);
    EXPECT_EQ(same.keeps(record, 1, 0.5), kept);
    by_seed += kept && seed.keeps(record, 1, 0.5) ? 1 : 0;
    by_name += kept && name.keeps(record, 1, 0.5) ? 1 : 0;
    by_weight += kept && first.keeps(record, 2, 0.5) ? 1 : 0;
  }
  const double quarter = kRecords / 4.0;
  const double tolerance = 4 * std::sqrt(quarter * 0.75);
  EXPECT_NEAR(by_seed, quarter, tolerance);
  EXPECT_NEAR(by_name, quarter, tolerance);
  EXPECT_NEAR(by_weight, quarter, tolerance);
}

TEST_F(CoinTest, RecordsThatAgreeInTheMembersFallAlike) {
  Coin coin(7, "dbi-sample", {"query_signature", "database"});
  for (int i = 0; i < 200; ++i) {
    const std::string signature = "\"query_signature\":\"" + std::to_string(i) + "\"";
    const auto& plain = lines_.parse("{" + signature + ",\"database\":\"ab\",\"pid\":\"1\"}");
    const auto& escaped = lines_.parse("{\"database\":\"a\\u0062\"," + signature + ",\"pid\":\"2\"}");
    EXPECT_EQ(coin.keeps(plain, 1, 0.5), coin.keeps(escaped, 1, 0.5));
  }
}

TEST_F(CoinTest, RecordsWithoutTheMembersAreThrownForOneByOne) {
  Coin coin(7, "dbi-sample", {"query_signature"});
  const int half = kept(coin, 10'000, 0.5);
  EXPECT_NEAR(half, 5000, 200);
}

// The same on every machine: what a replay elsewhere must give.
TEST_F(CoinTest, TheChoiceIsFixed) {
  Coin coin(1, "dbi-sample", {});
  std::string choice;
  for (int i = 0; i < 32; ++i) choice += coin.keeps(numbered(i), 1, 0.5) ? '1' : '0';
  EXPECT_EQ(choice, "11010010010011010111011101001000");
}

}  // namespace
}  // namespace dbi::sampling
