// SPDX-License-Identifier: Apache-2.0
// What a report says of a run made by hand: sums, JSON and the text where the program's own runs do not lead.
#include <nlohmann/json.hpp>

#include "sim/energy_text.hpp"
#include "sim/run_report.hpp"
#include "tests/test.hpp"
#include "tests/unit/energy/small_table.hpp"

using namespace edgebert;
using namespace edgebert::sim;

namespace {

/// Two sentences of two classes: labelled 1 and predicted 1 after layer 1, labelled 1 and predicted 0
/// after 2.
RunReport two_sentences() {
  RunReport report;
  report.tasks = {{"default", "", {"negative", "positive"}}};
  report.layers = 2;
  const UnitReport unit{"dma", 3, 50, {}, {{"bytes_loaded", 8}}};
  const UnitReport memory{"system_sram", 0, 0, {}, {{"bytes_read", 2048}, {"bytes_written", 1}}, false};
  SentenceReport first;
  first.text = "good";
  first.label = 1;
  first.prediction = 1;
  first.logits = {0, 0};
  first.exit_layer = 1;
  first.entropy = {0.25};
  first.cycles = 100;
  first.seconds = 1e-7;
  first.instructions = 10;
  first.units = {unit, memory};
  SentenceReport second = first;
  second.text = "bad";
  second.prediction = 0;
  second.exit_layer = 2;
  second.entropy = {0.69, 0.68};
  report.sentences = {first, second};
  return report;
}

}  // namespace

TEST_CASE("report: totals are sums over the sentences") {
  const RunReport report = two_sentences();
  CHECK(report.accuracy() == 0.5);
  CHECK(report.average_exit_layer() == 1.5);
  CHECK(report.cycles() == 200);
  CHECK(report.instructions() == 20);
  CHECK(counted(report.units(), "bytes_loaded") == 16);
  CHECK(counted(report.units(), "no such counter") == 0);
  CHECK(report.label_name(0, 0) == "negative");
  CHECK(report.label_name(0, 7) == "class 7");
}

TEST_CASE("report: without labels there is no accuracy") {
  RunReport report = two_sentences();
  for (SentenceReport& sentence : report.sentences) sentence.label.reset();
  CHECK_FALSE(report.accuracy());
  CHECK(nlohmann::json::parse(json_of(report))["totals"]["accuracy"].is_null());
}

TEST_CASE("report: a mismatch is in the JSON and in the text") {
  RunReport report = two_sentences();
  report.checked = true;
  report.checks = {39, 2, "sentence 0: layer 1, query: row 3, column 4: expected 5, found 6"};
  const auto checks = nlohmann::json::parse(json_of(report))["totals"]["checks"];
  CHECK(checks["tensors_compared"] == 39);
  CHECK(checks["mismatches"] == 2);
  CHECK(checks["first_mismatch"] == report.checks.first);
  const std::string text = text_of(report, {});
  CHECK(text.find("check      2 differences in 39 compared tensors") != std::string::npos);
  CHECK(text.find("first: " + report.checks.first) != std::string::npos);
}

TEST_CASE("report: the eNVM's cells and injected faults are in the JSON and in the text") {
  RunReport report = two_sentences();
  report.envm = {{reram::CellKind::slc, 800, 0.5, 0},
                 {reram::CellKind::mlc2, 1200, 0.25, 0.125},
                 {reram::CellKind::mlc2, 40, 0.25, 0}};
  const auto json = nlohmann::json::parse(json_of(report));
  CHECK(json["envm"]["area_mm2"] == 1);
  CHECK(json["envm"]["expected_faulty_cells"] == 0.125);
  CHECK(json["envm"]["regions"][1]["cell"] == "mlc2");
  CHECK(json["totals"]["faults"].is_null());
  CHECK(text_of(report, {}).find("faults  ") == std::string::npos);

  report.faults = {{"word_embedding.masks", {800, 0, 0, 0, 0, 0}},
                   {"word_embedding.data", {1200, 3, 4, 2, 1, 1}}};
  report.soc.memory.envm_cells.ecc = reram::Ecc::secded;
  const auto faults = nlohmann::json::parse(json_of(report))["totals"]["faults"];
  CHECK(faults["cells"] == 2000);
  CHECK(faults["flipped_bits"] == 4);
  CHECK(faults["regions"][1]["wrong_bits"] == 2);
  const std::string text = text_of(report, {});
  CHECK(text.find("800 1-bit cells of masks, 1,200 2-bit cells of codes, 12.5 % more for SECDED\n") !=
        std::string::npos);
  CHECK(text.find("faults     seed 1: 3 of 2,000 cells read wrongly, 2 wrong bits\n") != std::string::npos);
  CHECK(text.find("1 words corrected, 1 words with an error only detected\n") != std::string::npos);
}

TEST_CASE("report: the text names labels, exits and the last layer") {
  const std::string text = text_of(two_sentences(), {});
  CHECK(text.find("1. good\n\n  positive  50.0 %, right\n") != std::string::npos);
  CHECK(text.find("2. bad\n\n  negative  50.0 %, labelled positive\n") != std::string::npos);
  CHECK(text.find("      1  0.2500  ") != std::string::npos);
  CHECK(text.find("  exit\n") != std::string::npos);
  CHECK(text.find("  last layer\n") != std::string::npos);
  CHECK(text.find("  DMA                     3            50            0   50.0 %  ##########\n") !=
        std::string::npos);
  CHECK(text.find("  system SRAM        2.0 KiB              1 B\n") != std::string::npos);
}

TEST_CASE("report: joules with a unit that suits them") {
  CHECK(joules(0) == "0.00 nJ");
  CHECK(joules(2.5e-12) == "0.00 nJ");
  CHECK(joules(84.21e-6) == "84.2 uJ");
  CHECK(joules(0.1234) == "123 mJ");
  CHECK(joules(7) == "7.00 J");
}

TEST_CASE("report: energy of several sentences is their sum, in the text their average") {
  RunReport report = two_sentences();
  report.energy_table = energy::EnergyTable::parse(test::small_table_text(), "small.yaml");
  report.volts = 1;
  report.area = {{{"multipliers", 1}, {"buffers", 0.5}, {"system_sram", 2}}, 3.5};
  const energy::Item mac = energy::item_of(energy::Action::processing_unit_mac);
  const energy::Item core = energy::item_of(energy::Domain::core, energy::State::on);
  report.sentences[0].energy = {2, {{1, mac, 10, 3e-6, 4e-6}, {3, core, 1, 1e-6, 1e-6}}, {}};
  report.sentences[1].energy = {2, {{1, mac, 20, 6e-6, 8e-6}, {2, mac, 5, 2e-6, 2e-6}}, {}};
  const auto json = nlohmann::json::parse(json_of(report));
  const auto& energy = json["totals"]["energy"];
  CHECK(energy["total_joules"].get<double>() == Approx(12e-6).epsilon(1e-12));
  CHECK(energy["leakage_joules"].get<double>() == Approx(1e-6).epsilon(1e-12));
  CHECK(energy["idle_joules"].get<double>() == Approx(1e-6).epsilon(1e-12));
  CHECK(energy["square_law_joules"].get<double>() == Approx(15e-6).epsilon(1e-12));
  CHECK(energy["by_kind"]["assumed"].get<double>() == Approx(12e-6).epsilon(1e-12));
  REQUIRE(energy["by_layer"].size() == 2);
  CHECK(energy["by_layer"][0]["units"]["processing_unit"].get<double>() == Approx(9e-6).epsilon(1e-12));
  CHECK(energy["by_unit"][0]["rows"][0]["count"] == 35);
  CHECK(json["energy"]["table"]["hash"] == report.energy_table->hash());
  CHECK(json["totals"]["area_mm2"] == 3.5);
  const std::string text = text_of(report, {});
  CHECK(text.find("6.00 uJ a sentence (5.50 uJ dynamic, 500 nJ leakage); accelerator's domain 5.50 uJ") !=
        std::string::npos);
  CHECK(text.find("7.50 uJ a sentence if all of it went with V^2") != std::string::npos);
  CHECK(text.find("3.50 mm2 (accelerator 1.50, system SRAM 2.00)") != std::string::npos);
}

TEST_CASE("report: without a table there is no energy") {
  const auto json = nlohmann::json::parse(json_of(two_sentences()));
  CHECK(json["energy"].is_null());
  CHECK(json["totals"]["energy"].is_null());
  CHECK(json["totals"]["energy_joules"].is_null());
  CHECK(text_of(two_sentences(), {}).find("energy") == std::string::npos);
}
