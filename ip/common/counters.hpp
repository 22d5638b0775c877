// SPDX-License-Identifier: Apache-2.0
// What a unit has done since reset, by name. Counters only grow; everything reported or turned into energy is
// made of them.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace edgebert {

class Counters {
 public:
  void add(std::string_view name, std::uint64_t amount) {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      values_.emplace(name, amount);
    } else {
      found->second += amount;
    }
  }
  std::uint64_t operator[](std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : found->second;
  }
  const std::map<std::string, std::uint64_t, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> values_;
};

}  // namespace edgebert
