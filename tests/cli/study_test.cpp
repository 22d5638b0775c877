// SPDX-License-Identifier: Apache-2.0
// Deviations, numbers and tables of studies; nothing is run.
#include <nlohmann/json.hpp>

#include "sim/study/study_report.hpp"
#include "tests/test.hpp"

using namespace edgebert::sim;

namespace {

constexpr Style plain{false, false};

StudyReport report_of(const StudyTable& table) {
  return {"name", "why?", "soc.yaml", {}, false, {table}, {}};
}

}  // namespace

TEST_CASE("study: a deviation needs both figures") {
  StudyTable table{"Title", {}, {}};
  table.add("q", "c", 5, "", {4, Provenance::seen, "somewhere"});
  table.add("q", "c", std::nullopt, "", {4, Provenance::seen, "somewhere"});
  table.add("q", "c", 5, "", {std::nullopt, Provenance::not_available, "somewhere"});
  table.add("q", "c", 5, "", {0, Provenance::seen, "somewhere"});
  CHECK(table.rows[0].deviation().value() == Approx(0.25));
  for (std::size_t i = 1; i < table.rows.size(); ++i) CHECK_FALSE(table.rows[i].deviation());
}

TEST_CASE("study: numbers have four digits, or are whole") {
  CHECK(study_value(0.123456) == "0.1235");
  CHECK(study_value(999.9) == "999.9");
  CHECK(study_value(999.96) == "1,000");
  CHECK(study_value(66000.4) == "66,000");
  CHECK(study_value(-0.5) == "-0.5");
}

TEST_CASE("study: equal remarks share a mark, in the order of the rows") {
  StudyTable table{"Title", {}, {"a note"}};
  table.add("a", "x", 1, "ms", {2, Provenance::recalled, "paper"}, "why");
  table.add("b", "x", 3, "ms", {3, Provenance::seen, "slide"});
  table.add("c", "x", 1, "", {2, Provenance::recalled, "paper"}, "why");
  const std::string text = text_of(report_of(table), plain, 100);
  CHECK(text.find("1 ms       2 ms    -50.0 %      recalled  [1]\n") != std::string::npos);
  CHECK(text.find("3 ms       3 ms     +0.0 %          seen  [2]\n") != std::string::npos);
  CHECK(text.find("  [1] paper; why\n  [2] slide\n  - a note\n") != std::string::npos);
  CHECK(text.find("[3]") == std::string::npos);
}

TEST_CASE("study: without anything published, quantities go across, in blocks that fit") {
  StudyTable table{"Title", {}, {}};
  table.add("latency", "n = 2", 7, "ms");
  table.add("energy", "n = 2", 8, "mJ");
  table.add("latency", "n = 4", 3, "ms");
  CHECK(text_of(report_of(table), plain, 100)
            .find("         latency, ms  energy, mJ\n  n = 2            7           8\n"
                  "  n = 4            3\n") != std::string::npos);
  CHECK(text_of(report_of(table), plain, 30)
            .find("         latency, ms\n  n = 2            7\n  n = 4            3\n"
                  "\n         energy, mJ\n  n = 2           8\n") != std::string::npos);
}

TEST_CASE("study: JSON says null where there is nothing") {
  StudyTable table{"Title", {}, {}};
  table.add("a", "x", 1, "ms");
  table.add("b", "x", 1, "ms", {std::nullopt, Provenance::not_available, "paper"});
  const auto rows = nlohmann::json::parse(json_of(report_of(table)))["tables"][0]["rows"];
  CHECK(rows[0]["kind"].is_null());
  CHECK(rows[0]["published"].is_null());
  CHECK(rows[0]["deviation"].is_null());
  CHECK(rows[1]["kind"] == "not available");
  CHECK(rows[1]["published"].is_null());
}
