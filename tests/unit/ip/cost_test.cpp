// SPDX-License-Identifier: Apache-2.0
// Cycle formulas against every cycle count measured on the published model (tests/data/cmodel/README.md),
// exactly.
#include <fstream>
#include <sstream>

#include "ip/pu/product_cost.hpp"
#include "ip/sfu/sfu_cost.hpp"
#include "tests/test.hpp"

using namespace edgebert;

namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::ifstream in(std::string(EDGEBERT_TEST_DATA "/cmodel/") + file);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::vector<std::string> row;
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
    if (row.size() > 1 && row[1] != "phase") rows.push_back(row);
  }
  return rows;
}

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text));
}

}  // namespace

TEST_CASE("product: serial cycles equal the published matrix unit, every row") {
  unsigned compared = 0;
  for (const auto& row : rows_of("cycles_pu_matmul.csv")) {
    const std::uint32_t n = number(row[0]);
    const product::Shape shape{
        .rows = number(row[3]), .columns = number(row[1]), .reduction = number(row[2])};
    INFO(n << ": " << shape.rows << " x " << shape.reduction << " x " << shape.columns);
    CHECK(product::product_cycles(shape, n, product::costs_of(TimingPreset::serial, n)) == number(row[4]));
    ++compared;
  }
  CHECK(compared == 66);
}

TEST_CASE("product: inside the published top level a command takes 5 cycles more, every row") {
  unsigned compared = 0;
  for (const auto& row : rows_of("cycles_topaccel.csv")) {
    if (row[1] != "PU") continue;
    const std::uint32_t n = number(row[0]);
    // Every run computed 32 x 32 x 32.
    // throughout.
    product::Costs costs = product::costs_of(TimingPreset::serial, n);
    costs.command = 23;
    CHECK(product::product_cycles({.rows = 32, .columns = 32, .reduction = 32}, n, costs) == number(row[4]));
    ++compared;
  }
  CHECK(compared == 24);
}

TEST_CASE("product: stalls without a reference lie on the line through n = 16 and 32, or are none") {
  const product::Costs at_64 = product::costs_of(TimingPreset::serial, 64);
  CHECK(at_64.stalls.later_tile == 104);
  CHECK(at_64.thin.second_tile == 51);
  CHECK(product::stall_cycles(product::costs_of(TimingPreset::serial, 2).stalls, 100) == 0);
  CHECK_FALSE(product::has_published_reference(2));
  CHECK_FALSE(product::has_published_reference(64));
}

TEST_CASE("product: overlapped runs at n * n MAC a cycle, serial at n^3 / (2n + 1), on long products") {
  const product::Shape shape{.rows = 128, .columns = 768, .reduction = 768};
  for (const std::uint32_t n : {2u, 4u, 8u, 16u, 32u, 64u}) {
    const double macs = 128.0 * 768 * 768;
    CHECK(macs / static_cast<double>(
                     product::product_cycles(shape, n, product::costs_of(TimingPreset::overlapped, n))) ==
          Approx(n * n).epsilon(0.02));
    CHECK(macs / static_cast<double>(
                     product::product_cycles(shape, n, product::costs_of(TimingPreset::serial, n))) ==
          Approx(n * n * n / (2.0 * n + 1)).epsilon(0.1));
  }
}

TEST_CASE(
    "product: more lanes never take longer, kept accumulators drain nothing, wide results drain longer") {
  for (const TimingPreset preset : {TimingPreset::serial, TimingPreset::overlapped}) {
    Cycles last = ~Cycles{0};
    for (const std::uint32_t n : {2u, 4u, 8u, 16u, 32u, 64u}) {
      const Cycles cycles = product::product_cycles({.rows = 64, .columns = 192, .reduction = 192}, n,
                                                    product::costs_of(preset, n));
      CHECK(cycles < last);
      last = cycles;
    }
    const product::Costs costs = product::costs_of(preset, 16);
    const product::Shape kept{.rows = 16, .columns = 16, .reduction = 64, .drains = false};
    const product::Shape narrow{.rows = 16, .columns = 16, .reduction = 64};
    const product::Shape wide{.rows = 16, .columns = 16, .reduction = 64, .wide_output = true};
    CHECK(product::product_cycles(narrow, 16, costs) - product::product_cycles(kept, 16, costs) == 16);
    CHECK(product::product_cycles(wide, 16, costs) - product::product_cycles(narrow, 16, costs) == 48);
  }
}

TEST_CASE(
    "special function units: overlapped cycles equal the published units on an immediate memory, every row") {
  unsigned compared = 0;
  for (const auto& row : rows_of("cycles_units_standalone.csv")) {
    const std::uint32_t n = number(row[2]);
    const sfu::RowShape shape{.rows = number(row[4]), .elements = number(row[3]) * n, .lanes = n};
    constexpr sfu::Costs costs = sfu::costs_of(TimingPreset::overlapped);
    Cycles cycles = 0;
    if (row[0] == "softmax") cycles = sfu::softmax_cycles(shape, false, costs);
    if (row[0] == "layernorm") cycles = sfu::layernorm_cycles(shape, false, 0, costs);
    if (row[0] == "elemadd") cycles = sfu::element_add_cycles(shape, 0, costs);
    if (row[0] == "entropy") cycles = sfu::early_exit_cycles(shape.elements, n, false, costs);
    INFO(row[0] << " n = " << n << " " << row[3] << " x " << row[4]);
    CHECK(cycles == number(row[5]));
    ++compared;
  }
  CHECK(compared == 209);
}

TEST_CASE("special function units: serial cycles equal the published units inside the top level, every row") {
  unsigned compared = 0;
  for (const auto& row : rows_of("cycles_topaccel.csv")) {
    const std::uint32_t n = number(row[0]);
    const sfu::RowShape shape{.rows = number(row[3]), .elements = number(row[2]) * n, .lanes = n};
    constexpr sfu::Costs costs = sfu::costs_of(TimingPreset::serial);
    Cycles cycles = 0;
    if (row[1] == "SMAX") cycles = sfu::softmax_cycles(shape, false, costs);
    if (row[1] == "LN") cycles = sfu::layernorm_cycles(shape, false, 0, costs);
    if (row[1] == "EADD") cycles = sfu::element_add_cycles(shape, 0, costs);
    if (row[1] == "ENPY") cycles = sfu::early_exit_cycles(shape.elements, n, false, costs);
    if (row[1] == "DVFS") cycles = costs.dvfs_lookup;
    if (cycles == 0) continue;  // PU rows
    INFO(row[1] << " n = " << n << " " << row[2] << " x " << row[3]);
    CHECK(cycles == number(row[4]));
    ++compared;
  }
  CHECK(compared == 110);
}
