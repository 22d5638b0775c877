// SPDX-License-Identifier: Apache-2.0
// Bounds and limits of operators made by hand, and what reports say of them.
#include "sim/roofline.hpp"

#include <nlohmann/json.hpp>

#include "sim/run_report.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::sim;

namespace {

/// Layer 2's ffn_output: 12,800 MACs in 100 cycles, 400 bytes, most of the time in transfers.
OperatorReport ffn_output() {
  OperatorReport report{.layer = 2, .op = Operator::ffn_output, .commands = 3, .cycles = 100};
  report.processing_unit_cycles = 50;
  report.transfer_cycles = 80;
  report.macs = 12'800;
  report.bytes_loaded = 300;
  report.bytes_stored = 100;
  return report;
}

OperatorReport attention_norm() {
  OperatorReport report{.layer = 2, .op = Operator::attention_norm, .commands = 1, .cycles = 30};
  report.firmware_cycles = 20;
  report.special_function_unit_cycles = 30;
  return report;
}

RunReport two_sentences() {
  RunReport report;
  report.tasks = {{"default", "", {"negative", "positive"}}};
  report.layers = 2;
  report.show_operators = true;
  SentenceReport sentence;
  sentence.logits = {0, 0};
  sentence.exit_layer = 1;
  sentence.cycles = 200;
  sentence.operators = {attention_norm(), ffn_output()};
  report.sentences = {sentence, sentence};
  return report;
}

}  // namespace

TEST_CASE("roofline: bounds of an operator") {
  SocConfig config;
  config.pu.vmac_lanes = 8;
  config.bus.width = 16;
  config.clocks.bus_hz = 250e6;
  config.clocks.accelerator_hz = 500e6;
  CHECK(compute_bound(config) == 64);
  CHECK(macs_per_cycle(ffn_output()) == 128);
  CHECK(memory_bound(ffn_output(), config) == 12'800 / 400.0 * 8);  // 16 bytes in two accelerator cycles
  CHECK_FALSE(memory_bound(attention_norm(), config));
  CHECK(macs_per_cycle(OperatorReport{}) == 0);
}

TEST_CASE("roofline: the resource with the most cycles limits") {
  OperatorReport report = ffn_output();
  CHECK(limited_by(report) == "memory transfers");
  report.processing_unit_cycles = 81;
  CHECK(limited_by(report) == "processing unit");
  report.special_function_unit_cycles = 82;
  CHECK(limited_by(report) == "special function unit");
  report.port_stall_cycles = 83;
  CHECK(limited_by(report) == "buffer port");
  report.firmware_cycles = 84;
  CHECK(limited_by(report) == "firmware");
}

TEST_CASE("roofline: operators are summed over layers and sentences") {
  OperatorReport first_layer = ffn_output();
  first_layer.layer = 1;
  const auto sums = over_layers({first_layer, attention_norm(), ffn_output()});
  REQUIRE(sums.size() == 2);
  CHECK(sums[0].op == Operator::attention_norm);
  CHECK(sums[1].macs == 25'600);
  CHECK(sums[1].cycles == 200);
  CHECK(sums[1].commands == 6);
  CHECK(sums[1].bytes() == 800);
  CHECK(longest(sums).op == Operator::ffn_output);

  const auto totals = two_sentences().operators();
  REQUIRE(totals.size() == 2);
  CHECK(totals[0].layer == 2);
  CHECK(totals[0].special_function_unit_cycles == 60);
  CHECK(totals[0].all_cycles() == 100);
  CHECK(totals[1].transfer_cycles == 160);
}

TEST_CASE("roofline: the JSON has each operator of a sentence and their sums") {
  const auto json = nlohmann::json::parse(json_of(two_sentences()));
  const auto& row = json["sentences"][0]["operators"][1];
  CHECK(row["layer"] == 2);
  CHECK(row["operator"] == "ffn_output");
  CHECK(row["macs_per_cycle"] == 128.0);
  CHECK(row["compute_bound"] == 256.0);
  CHECK(row["memory_bound"] == 128.0);
  CHECK(row["bytes"] == 400);
  CHECK(row["limited_by"] == "memory transfers");
  CHECK(json["sentences"][0]["operators"][0]["memory_bound"].is_null());
  CHECK(json["totals"]["operators"][1]["macs"] == 25'600);
}

TEST_CASE("roofline: the text names the limit, and has a row for each operator if asked") {
  RunReport report = two_sentences();
  const std::string text = text_of(report, {});
  CHECK(text.find("limited by memory transfers in ffn_output (50.0 % of all cycles)\n") != std::string::npos);
  CHECK(text.find("  ffn_output                  200   50.0 %       128.0   50.0 %         128.0  memory "
                  "transfers\n") != std::string::npos);
  CHECK(text.find("  attention_norm              100   25.0 %                                     special "
                  "function unit\n") != std::string::npos);
  report.show_operators = false;
  CHECK(text_of(report, {}).find("of n x n") == std::string::npos);
}
