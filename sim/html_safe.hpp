// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace edgebert::sim {

/// JSON that may stand inside HTML, a script element included: <, >, & and the line separators U+2028 and
/// U+2029 become escapes. They occur in JSON inside strings only, so it stays the same JSON.
std::string html_safe_json(std::string_view json);

}  // namespace edgebert::sim
