// SPDX-License-Identifier: Apache-2.0
// What a unit has done since reset, by name. Counters only grow; everything reported or turned into energy is
// made of them. A unit declares its counters once and adds through the references it got.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace edgebert {

class Counters {
 public:
  /// A counter that starts at 0; the reference stays valid as long as this object.
  std::uint64_t& declare(std::string_view name) { return values_[std::string(name)]; }
  /// 0 for a name that was never declared.
  std::uint64_t operator[](std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : found->second;
  }
  const std::map<std::string, std::uint64_t, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> values_;
};

}  // namespace edgebert
