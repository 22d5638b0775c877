// SPDX-License-Identifier: Apache-2.0
// faults.*: what lies in the memories after loading, and that a run with faults ends in an answer or in a
// failure that says why.
#include <fmt/format.h>

#include "contract/memory_map.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

SocConfig with_cells(reram::CellKind data, std::uint32_t seed) {
  SocConfig config;
  config.memory.envm_cells.data = data;
  config.faults.memory = FaultyMemory::envm;
  config.faults.seed = seed;
  return config;
}

SocConfig with_rate(FaultyMemory memory, double rate, std::uint32_t seed) {
  SocConfig config;
  config.faults = {memory, FaultModel::bit_error_rate, rate, seed};
  config.limits.simulated_seconds = 0.05;  // ten times what the sentence takes
  return config;
}

/// Region=faulty cells/wrong bits of each region.
std::string faults_of(const SocConfig& config) {
  return in_child([&] {
    const Platform platform(config, shipped_image(), shipped_firmware());
    std::string text;
    for (const RegionFaults& region : platform.faults())
      text += fmt::format("{}={}/{} ", region.region, region.counts.faulty_cells, region.counts.wrong_bits);
    return text;
  });
}

}  // namespace

TEST_CASE("faults: none unless they are configured") {
  CHECK(faults_of({}).empty());
}

TEST_CASE("faults: the eNVM holds the image as its cells are read, masks and row index as they were") {
  const std::string problem = in_child([] {
    Platform platform(with_cells(reram::CellKind::mlc3, 5), shipped_image(), shipped_firmware());
    const reram::CellErrors errors = reram::cell_errors(reram::CellKind::mlc3, reram::LevelCoding::binary);
    for (const Placement& placement : shipped_image().placements()) {
      if (placement.memory != "envm") continue;
      const std::uint64_t address = memory_map::envm.base + placement.offset;
      const auto stored = shipped_image().container().at(placement.tensor).bytes;
      std::vector<std::uint8_t> expected(stored.begin(), stored.end());
      if (placement.tensor == "word_embedding.data")
        reram::inject(expected, errors, reram::Ecc::none, {5, address});
      std::vector<std::uint8_t> found(expected.size());
      platform.peek(address, found);
      if (found != expected) return placement.tensor;
    }
    const reram::FaultCounts total = total_of(platform.faults());
    return std::string(total.faulty_cells > 15'000 && total.faulty_cells < 16'500 ? "" : "count");
  });
  CHECK(problem.empty());
}

TEST_CASE("faults: 2-bit cells without a fault answer as before, 3-bit cells do not") {
  const std::vector<Tokens> sentence = dev_sentences({0});
  const std::string without = in_child([&] { return run_sentences({}, sentence); });
  const std::string two =
      in_child([&] { return run_sentences(with_cells(reram::CellKind::mlc2, 1), sentence); });
  CHECK(two == without);
  const std::string three =
      in_child([&] { return run_sentences(with_cells(reram::CellKind::mlc3, 1), sentence); });
  INFO(three);
  CHECK(number(three, "mismatches") > 0);
  CHECK(field(three, "first").find("embedding_sum") != std::string::npos);
}

TEST_CASE("faults: SECDED corrects what single flips do to masks") {
  SocConfig config = with_rate(FaultyMemory::envm, 1e-5, 1);
  CHECK(number(in_child([&] {
                 return run_sentences(config, dev_sentences({0, 1, 2, 3}));
               }),
               "mismatches") == 0);
  const std::string without = faults_of(config);
  CHECK(without.find("word_embedding.masks=") != std::string::npos);
  config.memory.envm_cells.ecc = reram::Ecc::secded;
  const std::string with = faults_of(config);
  INFO(without << "\n" << with);
  CHECK(with.find("word_embedding.data=1") != std::string::npos);
  CHECK(with.find("/0 ") != std::string::npos);
}

TEST_CASE("faults: a run ends in an answer or in a failure that names firmware's reason") {
  for (const auto& [memory, rate] :
       {std::pair(FaultyMemory::weight_memory, 1e-4), std::pair(FaultyMemory::envm, 1e-2),
        std::pair(FaultyMemory::system_sram, 1e-2)}) {
    unsigned answers = 0;
    unsigned failures = 0;
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
      const std::string outcome =
          in_child([&] { return run_sentences(with_rate(memory, rate, seed), dev_sentences({0})); });
      INFO(outcome);
      const bool failed = outcome.starts_with("error: ");
      CHECK((failed ? outcome.find("firmware") != std::string::npos
                    : outcome.find("mismatches=") != std::string::npos));
      ++(failed ? failures : answers);
    }
    CHECK(answers + failures == 8);
    if (memory == FaultyMemory::weight_memory) CHECK(failures > 0);
  }
}
