// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML file: data as JSON, and the scripts that show them. Nothing comes from a network,
// which a content security policy in the page also forbids.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace edgebert::sim {

/// @param title  of the browser's window
/// @param parts  what the page shows, one below the other; each an object whose "kind" ("run", "sweep" or
///               "comparison") says what shows it
std::string page_of(const std::string& title, const nlohmann::ordered_json& parts);

/// Text as HTML shows it literally, in elements and in quoted attributes; control characters spelled out.
std::string html_text(std::string_view text);

}  // namespace edgebert::sim
