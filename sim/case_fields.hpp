// SPDX-License-Identifier: Apache-2.0
// Checked access to the keys of one recorded case. Whatever is wrong is refused with the line, the key, what
// was expected and what was found; a key nobody asked for is refused too.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contract/error.hpp"
#include "sim/vector_case.hpp"

namespace edgebert::sim {

struct Bounds {
  std::int64_t minimum;
  std::int64_t maximum;
};
inline constexpr Bounds code_bounds{0, 255};
inline constexpr Bounds word_bounds{working_min, working_max};
inline constexpr Bounds exponent_bias_bounds{0, exponent_bias_max};
inline constexpr Bounds flag_bounds{0, 1};

class CaseFields {
 public:
  /// @param place  FILE:LINE
  CaseFields(const nlohmann::json& object, std::string place) : object_(object), place_(std::move(place)) {}

  bool has(const char* key) const;
  std::int64_t integer(const char* key, Bounds bounds);
  std::int64_t integer(const char* key, Bounds bounds, std::int64_t otherwise);
  std::optional<std::int64_t> optional_integer(const char* key, Bounds bounds);
  /// @return the index of the text in `names`
  std::size_t choice(const char* key, const std::vector<std::string>& names, std::size_t otherwise);
  /// @param count  0: any number but none
  std::vector<std::int64_t> list(const char* key, Bounds bounds, std::size_t count);
  /// Numbers of at most `bits` bits, 1 to 64.
  std::vector<std::uint64_t> bit_words(const char* key, unsigned bits, std::size_t count);
  /// Codes if the key `bias_key` gives their exponent bias, words otherwise. @param rows, columns  0: any
  CaseMatrix matrix(const char* key, const char* bias_key, std::uint32_t rows, std::uint32_t columns);
  CaseMatrix codes(const char* key, unsigned bias, std::uint32_t rows, std::uint32_t columns);
  CaseMatrix words(const char* key, std::uint32_t rows, std::uint32_t columns);
  /// Takes note of a key that describes the case and changes nothing.
  void ignore(const char* key) { known_.emplace_back(key); }
  /// Refuses keys that were not asked for.
  void finish() const;

  [[noreturn]] void refuse(const std::string& key, const std::string& expected,
                           const nlohmann::json& found) const;

 private:
  const nlohmann::json& value(const char* key);
  const nlohmann::json& numbers(const char* key, std::size_t count);
  std::int64_t checked(const nlohmann::json& number, const std::string& key, Bounds bounds) const;
  CaseMatrix integers(const char* key, Bounds bounds, std::uint32_t rows, std::uint32_t columns);

  const nlohmann::json& object_;
  std::string place_;
  std::vector<std::string> known_;
};

}  // namespace edgebert::sim
