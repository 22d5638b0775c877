// SPDX-License-Identifier: Apache-2.0
#include "sim/report/page.hpp"

#include <fmt/format.h>

#include "platform/config/text.hpp"
#include "sim/html_safe.hpp"
#include "sim/report/page_assets.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

std::string script(std::string_view code) {
  return fmt::format("<script>\n{}\n</script>\n", code);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char character : printable(text)) {
    switch (character) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

std::string page_of(const std::string& title, const Json& parts) {
  const Json data = {{"version", program_version}, {"parts", parts}};
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
      "'unsafe-inline'; "
      "style-src 'unsafe-inline'; img-src data:\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n"
      "<body>\n<main id=\"page\"></main>\n<noscript><p>This page draws its data with JavaScript, which is "
      "switched "
      "off.</p></noscript>\n<script id=\"data\" type=\"application/json\">\n",
      html_text(title), assets::style);
  page += html_safe_json(data.dump(-1, ' ', false, Json::error_handler_t::replace));
  page += fmt::format("\n</script>\n<!--\n{}-->\n", assets::licenses);
  for (const std::string_view library : assets::libraries) page += script(library);
  for (const std::string_view code : assets::scripts) page += script(code);
  page += script("Page.start();");
  return page + "</body>\n</html>\n";
}

}  // namespace edgebert::sim
