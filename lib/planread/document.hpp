// A tree of names and values in the order in which a plan has them. The readers of JSON, YAML and XML make it, and the
// trees of plan nodes are made from it, so that a format is read in one place and a system's plans in another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dbi::planread {

enum class ItemKind : std::uint8_t { Object, Array, Text, Number, Flag, Null };

/// One value. Items stand in pre-order: what is inside an object or array follows it, up to `end`.
struct Item {
  std::string_view name;  ///< of a member, unescaped; empty inside an array
  std::string_view text;  ///< of a scalar: a text unescaped, all else as it stands
  std::uint32_t end = 0;  ///< place of the first item behind this one and all that is inside
  ItemKind kind = ItemKind::Null;
  [[nodiscard]] bool is_container() const { return kind == ItemKind::Object || kind == ItemKind::Array; }
};

/// How far a document goes; beyond, a reader fails with ErrorKind::Unsupported.
struct DocumentLimits {
  std::size_t items = 2'000'000;
  std::size_t depth = 8'192;  ///< containers within containers
};

/// Repeated names of an object are all kept, in order. Views point into the source or into the document, and hold until
/// the next clear(). Reusable: after warm-up nothing is allocated. Not shared between threads.
class Document {
 public:
  Document() = default;
  // Views point into its own text.
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  Document(Document&&) = delete;
  Document& operator=(Document&&) = delete;
  ~Document() = default;

  /// Forgets all; texts of up to `source_bytes` in sum can be kept from now on.
  void clear(std::size_t source_bytes);

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  [[nodiscard]] const Item& at(std::uint32_t place) const { return items_[place]; }
  /// The place of the first member or element; equals `end` of the container where it is empty.
  [[nodiscard]] static std::uint32_t first(std::uint32_t container) { return container + 1; }
  /// The place of the member of that name; the container's `end` where there is none. The first of several.
  [[nodiscard]] std::uint32_t find(std::uint32_t container, std::string_view name) const;

  /// For readers. Begins an object or array and gives its place, for close().
  std::uint32_t open(std::string_view name, ItemKind kind);
  void close(std::uint32_t container) { items_[container].end = static_cast<std::uint32_t>(items_.size()); }
  void add(std::string_view name, ItemKind kind, std::string_view text);
  /// Makes a text of a container that was begun last and has nothing inside.
  void make_text(std::uint32_t container, std::string_view text);
  /// Where a text that is not in the source as it stands is put together: append to it, then take what came to it.
  std::string& text() { return text_; }
  [[nodiscard]] std::string_view text_since(std::size_t begin) const { return std::string_view(text_).substr(begin); }

 private:
  std::vector<Item> items_;
  std::string text_;  // never grows beyond what clear() reserved, so that views into it hold
};

/// What a backslash in a text of JSON is.
enum class JsonTexts : std::uint8_t {
  Escaped,      ///< as RFC 8259 has it
  AsTheyStand,  ///< a character, and what follows it as well: MariaDB escapes for SQL, and not for JSON
};

/// Reads the value at the beginning of `text` and gives the number of bytes it takes. More is taken than RFC 8259 has,
/// since plans come through terminals and logs: control characters inside strings, the comments that MySQL's
/// end_markers_in_json writes, and members of a MERGE that PostgreSQL puts into the list of its targets.
/// ErrorKind::Malformed with the line where it ends to be JSON.
[[nodiscard]] Result<std::size_t> read_json(std::string_view text, Document& document, DocumentLimits limits = {},
                                            JsonTexts texts = JsonTexts::Escaped);

/// Reads a plan as PostgreSQL writes it in YAML (escape_yaml, ExplainYAMLLineStarting of explain.c): the whole text.
[[nodiscard]] Status read_yaml(std::string_view text, Document& document, DocumentLimits limits = {});

/// Reads the element at the beginning of `text`, as PostgreSQL writes a plan in XML, and gives the number of bytes it
/// takes. Every element with others inside becomes an object, every other one a text; names stay as they are
/// ("Node-Type"). A DTD is refused, and every entity but the five of XML and numbers of characters.
[[nodiscard]] Result<std::size_t> read_xml(std::string_view text, Document& document, DocumentLimits limits = {});

/// The nearest double of a number's text; the largest or lowest there is beyond them, 0 for what is no number.
[[nodiscard]] double number_of(std::string_view text);

/// "line 7", counted in `text` up to `place`: for messages.
[[nodiscard]] std::string line_of(std::string_view text, std::size_t place);

}  // namespace dbi::planread
