// SPDX-License-Identifier: Apache-2.0
#include "config/expand.hpp"

#include <string>
#include <utility>

#include "config/interpolate.hpp"

namespace dbi::config {

namespace {

std::string escaped(std::string text) {
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, 1, '$');
  return text;
}

class Expander {
 public:
  Expander(Document& document, const cli::EnvironmentLookup& environment,
           const std::function<bool(const Place&)>& keeps)
      : document_(&document), environment_(&environment), keeps_(&keeps) {}

  void walk(Value& value) {
    if (value.kind == Kind::Scalar) scalar(value);
    for (Value& item : value.items) walk(item);
    for (Entry& entry : value.entries) walk(entry.value);
  }

 private:
  void scalar(Value& value) {
    if (!has_variable(value.text) || (*keeps_)(value.place)) return;
    auto text = interpolate(value.text, *environment_);
    if (text) {
      value.text = escaped(*std::move(text));
    } else {
      document_->faults.push_back(document_->error(value.place, text.error().message, text.error().hint));
    }
  }

  Document* document_;
  const cli::EnvironmentLookup* environment_;
  const std::function<bool(const Place&)>* keeps_;
};

}  // namespace

void expand(Document& document, const cli::EnvironmentLookup& environment,
            const std::function<bool(const Place&)>& keeps) {
  Expander(document, environment, keeps).walk(document.root);
}

}  // namespace dbi::config
