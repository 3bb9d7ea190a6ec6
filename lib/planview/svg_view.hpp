// The flame graphs of plans as one SVG document.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "planview/view.hpp"

namespace dbi::planview {

/// Graphs at most, and none behind so many bytes of them; how many plans are left out is told.
inline constexpr std::size_t kMaxGraphs = 100;
inline constexpr std::size_t kMaxGraphBytes = std::size_t{32} << 20U;

/// Below each other, each with its title. The document is written by end(), since only then its height is known.
class SvgView final : public View {
 public:
  void show(const plan::Analysis& analysis, const Heading& heading, std::string& out) override;
  void end(std::string& out) override;

 private:
  void write_line(const char* kind, std::string_view text);

  std::string body_;
  std::size_t height_ = 0;
  std::size_t shown_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace dbi::planview
