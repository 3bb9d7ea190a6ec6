// SPDX-License-Identifier: Apache-2.0
#include "stream/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>

namespace dbi::stream {

namespace {

constexpr std::array kTaken = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGALRM};
constexpr long kRepeatNanoseconds = 50'000'000;

// What the handlers touch: lock-free atomics, write(2) and timer_settime(2), all safe in a handler (POSIX, 2.4.3).
std::atomic<bool> stop{false};
std::atomic<bool> interrupt{false};
std::atomic<bool> reload{false};
std::atomic<int> event{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

timer_t repeater{};
std::atomic<bool> has_repeater{false};

void repeat_interruptions() {
  itimerspec every{};
  every.it_interval.tv_nsec = kRepeatNanoseconds;
  every.it_value.tv_nsec = kRepeatNanoseconds;
  if (has_repeater.load()) ::timer_settime(repeater, 0, &every, nullptr);
}

extern "C" void on_stop(int signal) {
  if (signal == SIGINT) interrupt.store(true);
  stop.store(true);
  Waker(event.load()).wake();
  repeat_interruptions();
}

extern "C" void on_reload(int /*signal*/) {
  reload.store(true);
  Waker(event.load()).wake();
}

extern "C" void on_alarm(int /*signal*/) {}

struct sigaction action_for(int signal) {
  struct sigaction action {};
  ::sigemptyset(&action.sa_mask);
  switch (signal) {
    case SIGHUP:
      action.sa_handler = on_reload;
      action.sa_flags = SA_RESTART;
      break;
    case SIGPIPE:
      action.sa_handler = SIG_IGN;
      break;
    case SIGALRM:
      action.sa_handler = on_alarm;  // without SA_RESTART: it is there to interrupt
      break;
    default:
      action.sa_handler = on_stop;
      break;
  }
  return action;
}

// nohup, and shells for jobs in the background, have a signal ignored; that is respected.
bool stays_ignored(int signal, const struct sigaction& inherited) {
  return (signal == SIGINT || signal == SIGHUP) && inherited.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(Waker waker) {
  stop.store(false);
  interrupt.store(false);
  reload.store(false);
  event.store(waker.descriptor());
  sigevent notify{};
  notify.sigev_notify = SIGEV_SIGNAL;
  notify.sigev_signo = SIGALRM;
  has_repeater.store(::timer_create(CLOCK_MONOTONIC, &notify, &repeater) == 0);
  for (const int signal : kTaken) {
    struct sigaction inherited {};
    ::sigaction(signal, nullptr, &inherited);
    if (stays_ignored(signal, inherited)) continue;
    const auto action = action_for(signal);
    ::sigaction(signal, &action, nullptr);
  }
}

// A handler that runs from here on finds nothing to wake and no timer to set.
Signals::~Signals() {
  event.store(-1);
  if (has_repeater.exchange(false)) ::timer_delete(repeater);
}

bool Signals::stop_requested() {
  return stop.load(std::memory_order_relaxed);
}

bool Signals::interrupted() {
  return interrupt.load(std::memory_order_relaxed);
}

bool Signals::take_reload() {
  return reload.load(std::memory_order_relaxed) && reload.exchange(false);
}

BlockSignals::BlockSignals() {
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : kTaken) ::sigaddset(&taken, signal);
  ::pthread_sigmask(SIG_BLOCK, &taken, &before_);
}

BlockSignals::~BlockSignals() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace dbi::stream
