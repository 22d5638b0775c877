// SPDX-License-Identifier: Apache-2.0
// The CSRs of the core that a person looks at, by name.
#pragma once
#include <cstdint>
#include <span>

namespace edgebert::debug {

struct CsrName {
  const char* name;
  std::uint32_t number;
};

/// By ascending number.
std::span<const CsrName> csr_names();

}  // namespace edgebert::debug
