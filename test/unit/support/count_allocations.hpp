// Counts what a test program allocates. Takes the place of the global operators: only one source file of a program may
// include it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <new>

namespace dbi {

/// Of this program so far; its tests have one thread.
inline std::size_t allocations = 0;

// Not inlined: g++ 12 would take the free() below for a mismatch of its own new.
[[gnu::noinline]] inline void* count_allocation(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace dbi

void* operator new(std::size_t size) {
  return dbi::count_allocation(size);
}
void* operator new[](std::size_t size) {
  return dbi::count_allocation(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return dbi::count_allocation(size);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
