// SPDX-License-Identifier: Apache-2.0
// What goes into a page: escaping, data that come out as they went in, which sentences are picked.
#include "sim/report/page.hpp"

#include "sim/html_safe.hpp"
#include "sim/report/parts.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::sim;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* hostile = "</script><script>alert(1)</script><!-- \"'& \x07 \u2028 \u00fc";

/// A sentence of two classes whose logit of the prediction is that much above the other.
Json sentence(std::size_t index, std::uint64_t cycles, double joules, double margin, bool right) {
  return {{"index", index},          {"text", "words"},
          {"label", right ? 1 : 0},  {"prediction", 1},
          {"logits", {0.0, margin}}, {"cycles", cycles},
          {"units", Json::array()},  {"operators", Json::array()},
          {"points", Json::array()}, {"energy", {{"total_joules", joules}, {"by_layer", Json::array()}}}};
}

ReportInput run_of(std::size_t sentences) {
  ReportInput input{ReportInput::Kind::run, "run.json", "run.json", {{"sentences", Json::array()}}};
  for (std::size_t i = 0; i < sentences; ++i)
    input.json["sentences"].push_back(sentence(i, 100 + i, 1.0, 2.0, true));
  return input;
}

std::string picks_for(const Json& part, std::size_t index) {
  for (const Json& pick : part["picks"]) {
    if (pick["index"] == index) return pick["why"].dump();
  }
  return "";
}

}  // namespace

TEST_CASE("page: JSON inside HTML is the same JSON without markup") {
  const std::string json = Json{{"text", hostile}}.dump();
  const std::string safe = html_safe_json(json);
  CHECK(safe.find_first_of("<>&") == std::string::npos);
  CHECK(safe.find("\u2028") == std::string::npos);
  CHECK(Json::parse(safe) == Json::parse(json));
}

TEST_CASE("page: text as HTML") {
  CHECK(html_text("<b a=\"1\" b='2'>&\x07") == "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\\x07");
}

TEST_CASE("page: its data come out as they went in, and its title stays text") {
  const Json parts = Json::array({{{"kind", "run"}, {"name", hostile}, {"number", 0.1}}});
  const std::string page = page_of(hostile, parts);
  const std::string begin = "<script id=\"data\" type=\"application/json\">\n";
  const std::size_t from = page.find(begin) + begin.size();
  const Json data = Json::parse(page.substr(from, page.find("</script>", from) - from));
  CHECK(data["parts"] == parts);
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("Permission to use, copy") != std::string::npos);
}

TEST_CASE("page: a few sentences keep everything") {
  const Json part = run_part(run_of(most_detailed_sentences));
  CHECK(part["picks"].empty());
  for (const Json& each : part["report"]["sentences"]) CHECK(each.contains("operators"));
}

TEST_CASE("page: of many sentences the picked ones keep their details, and say why") {
  ReportInput input = run_of(most_detailed_sentences + 8);
  Json& sentences = input.json["sentences"];
  sentences[3] = sentence(3, 50, 1.0, 2.0, true);
  sentences[5] = sentence(5, 900, 9.0, 2.0, true);
  sentences[7] = sentence(7, 110, 1.0, 0.25, true);
  sentences[9] = sentence(9, 110, 0.5, 5.0, false);
  sentences[11] = sentence(11, 110, 1.0, 1.0, false);
  const Json part = run_part(input);
  CHECK(picks_for(part, 0) == R"(["the first"])");
  CHECK(picks_for(part, 3) == R"(["fewest cycles"])");
  CHECK(picks_for(part, 5) == R"(["most cycles","most energy"])");
  CHECK(picks_for(part, 7) == R"(["closest call"])");
  CHECK(picks_for(part, 9) == R"(["least energy","surest mistake"])");
  CHECK(picks_for(part, 11) == R"(["closest mistake"])");
  CHECK(part["picks"].size() == 6);
  for (const Json& each : part["report"]["sentences"]) {
    const bool picked = !picks_for(part, each["index"].get<std::size_t>()).empty();
    CHECK(each.contains("operators") == picked);
    CHECK(each["energy"].contains("by_layer") == picked);
    CHECK(each["energy"].contains("total_joules"));
  }
}
