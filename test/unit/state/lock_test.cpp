// One live owner at a time, named to whoever comes second; a dead one's hold is taken over.
// SPDX-License-Identifier: Apache-2.0
#include "state/lock.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

// A child that takes the lock, tells so through a pipe, and then waits to be killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& path) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = Lock::acquire(path, this_process("dbi-holder"));
      const char answer = lock ? 'y' : 'n';
      if (::write(ends[1], &answer, 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    ::close(ends[1]);
    char answer = 0;
    EXPECT_EQ(::read(ends[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ends[0]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

TEST(Lock, ASecondOwnerIsRefusedAndToldTheFirstOne) {
  const ScratchFolder folder;
  const Holder holder(folder / "x.json");
  const auto lock = Lock::acquire(folder / "x.json", this_process("dbi-second"));
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, ErrorKind::Owned);
  EXPECT_THAT(lock.error().message, testing::HasSubstr(fmt::format("dbi-holder, process {}", holder.pid())));
  EXPECT_FALSE(lock.error().hint.empty());
}

TEST(Lock, AKilledOwnersHoldIsTakenOver) {
  const ScratchFolder folder;
  Holder holder(folder / "x.json");
  const auto before = parse_owner(content_of(folder / "x.json.lock")).value();
  EXPECT_TRUE(is_alive(before));
  holder.kill();
  EXPECT_FALSE(is_alive(before));
  EXPECT_FALSE(content_of(folder / "x.json.lock").empty());
  const auto lock = Lock::acquire(folder / "x.json", this_process("dbi-next"));
  ASSERT_TRUE(lock);
  EXPECT_EQ(parse_owner(content_of(folder / "x.json.lock")), this_process("dbi-next"));
}

TEST(Lock, IsFreeAgainAfterItsRelease) {
  const ScratchFolder folder;
  {
    const auto lock = Lock::acquire(folder / "x", this_process("dbi-a"));
    ASSERT_TRUE(lock);
    EXPECT_FALSE(Lock::acquire(folder / "x", this_process("dbi-b")));
  }
  EXPECT_EQ(content_of(folder / "x.lock"), "");
  EXPECT_TRUE(Lock::acquire(folder / "x", this_process("dbi-b")));
}

TEST(Lock, MovesWithItsHold) {
  const ScratchFolder folder;
  auto first = Lock::acquire(folder / "x", this_process("dbi-a")).value();
  {
    const Lock second = std::move(first);
    EXPECT_FALSE(Lock::acquire(folder / "x", this_process("dbi-b")));
  }
  EXPECT_TRUE(Lock::acquire(folder / "x", this_process("dbi-b")));
}

TEST(Lock, AShorterOwnerLeavesNothingOfALongerOne) {
  const ScratchFolder folder;
  write_plainly(folder / "x.lock", std::string(3000, '{'));
  const auto lock = Lock::acquire(folder / "x", this_process("t"));
  EXPECT_TRUE(parse_owner(content_of(folder / "x.lock")));
}

TEST(Owner, SurvivesItsText) {
  const Owner owner{"b-1", 42, 1234567890123ULL, "dbi-sample (\"first\")"};
  EXPECT_EQ(parse_owner(format_owner(owner)), owner);
  for (const auto* text : {"", "{}", "[]", "7", R"({"boot_id":1,"pid":2,"start_time":3,"tool":4})"}) {
    EXPECT_FALSE(parse_owner(text)) << text;
  }
}

TEST(Owner, IsAliveOnlyAsThatVeryProcess) {
  const auto self = this_process("t");
  EXPECT_FALSE(self.boot_id.empty());
  EXPECT_GT(self.start_time, 0U);
  EXPECT_TRUE(is_alive(self));
  auto reused_pid = self;
  ++reused_pid.start_time;
  EXPECT_FALSE(is_alive(reused_pid));
  auto before_reboot = self;
  before_reboot.boot_id = "another boot";
  EXPECT_FALSE(is_alive(before_reboot));
}

TEST(Owner, AZombieIsDead) {
  const ScratchFolder folder;
  const Holder holder(folder / "x");
  const auto owner = parse_owner(content_of(folder / "x.lock")).value();
  ASSERT_TRUE(is_alive(owner));
  ::kill(holder.pid(), SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(holder.pid()), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(is_alive(owner));
}

}  // namespace
}  // namespace dbi::state
