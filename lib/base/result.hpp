// Errors are values: Result<T> holds a T or an Error and must not be ignored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace dbi {

/// A T or the Error that stood in its way. Chains with and_then, map and map_error of tl::expected.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}
};

/// The success of an operation that has nothing to return.
using Status = Result<void>;

/// An Error, ready to be returned from a function whose result is a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint)});
}

/// Passes an error of another Result on.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace dbi

#define DBI_CONCAT_INNER(a, b) a##b
#define DBI_CONCAT(a, b) DBI_CONCAT_INNER(a, b)

/// Returns from the enclosing function with the error of `expression`, if it has one.
#define DBI_TRY(expression)                                        \
  do {                                                             \
    if (auto dbi_status = (expression); !dbi_status.has_value()) { \
      return ::dbi::fail(std::move(dbi_status).error());           \
    }                                                              \
  } while (false)

/// Declares `variable` with the value of `expression`, or returns its error.
#define DBI_TRY_ASSIGN(variable, expression)                                  \
  auto DBI_CONCAT(dbi_result_, __LINE__) = (expression);                      \
  if (!DBI_CONCAT(dbi_result_, __LINE__).has_value()) {                       \
    return ::dbi::fail(std::move(DBI_CONCAT(dbi_result_, __LINE__)).error()); \
  }                                                                           \
  variable = std::move(*DBI_CONCAT(dbi_result_, __LINE__))
