// SPDX-License-Identifier: Apache-2.0
// edgebert-sim replay-vectors: recorded cases on single units of the accelerator.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "platform/config/loader.hpp"
#include "sim/commands.hpp"
#include "sim/exit_codes.hpp"
#include "sim/inputs.hpp"
#include "sim/replay_report.hpp"
#include "sim/vector_player.hpp"

namespace edgebert::sim {
namespace {

/// A case says which arithmetic it was recorded with; a machine has one.
void check_numerics(const VectorCase& one, const SocConfig& config) {
  const bool published = config.numerics == NumericsPreset::published_cmodel;
  if (one.unit == "matmul" && !published) {
    throw Error(Failure::config,
                fmt::format("{}: a 'matmul' case has the published model's arithmetic, but the "
                            "configuration's numerics are exact; add --set "
                            "numerics=published-cmodel",
                            one.place));
  }
  if (one.unit == "product" && published) {
    throw Error(Failure::config,
                fmt::format("{}: a 'product' case has exact numerics, but the configuration's "
                            "are published-cmodel; add --set numerics=exact",
                            one.place));
  }
}

/// Compares case after case.
class Replay {
 public:
  Replay(VectorPlayer& player, ReplayReport& report) : player_(player), report_(report) {}

  void play(const VectorCase& one) {
    ++number_;
    ReplayCounts counts{.cases = {1, 0}, .codes = {}, .masks = {}, .cycles = {}};
    const CaseOutcome outcome = player_.play(one);
    for (const Comparison& comparison : outcome.comparisons) compare(one, comparison, counts);
    if (one.cycles) {
      const auto expected = static_cast<std::int64_t>(*one.cycles);
      const auto got = static_cast<std::int64_t>(outcome.cycles);
      counts.cycles = {1, expected != got};
      if (expected != got)
        note(one, {.key = "cycles", .columns = 1, .expected = {expected}, .got = {got}}, 0);
    }
    counts.cases.different = (counts.codes.different + counts.masks.different + counts.cycles.different) != 0;
    report_.units[one.unit] += counts;
  }

 private:
  void compare(const VectorCase& one, const Comparison& comparison, ReplayCounts& counts) {
    Tally& tally = std::string_view(comparison.key) == "masks" ? counts.masks : counts.codes;
    for (std::size_t i = 0; i < comparison.expected.size(); ++i) {
      ++tally.compared;
      if (comparison.expected[i] == comparison.got[i]) continue;
      ++tally.different;
      note(one, comparison, i);
    }
  }

  void note(const VectorCase& one, const Comparison& comparison, std::size_t at) {
    if (report_.first) return;
    report_.first = FirstDifference{.number = number_,
                                    .place = one.place,
                                    .unit = one.unit,
                                    .key = comparison.key,
                                    .row = at / comparison.columns,
                                    .column = at % comparison.columns,
                                    .expected = comparison.expected[at],
                                    .got = comparison.got[at]};
  }

  VectorPlayer& player_;
  ReplayReport& report_;
  std::uint64_t number_ = 0;
};

}  // namespace

int replay_vectors(const ReplayOptions& options) {
  const config::Loaded loaded = config::load(options.config, options.overrides);
  const std::vector<VectorCase> cases = read_vector_cases(options.file, loaded.soc.pu.vmac_lanes);
  if (options.json && *options.json != "-") check_output(*options.json, {options.config, options.file});

  ReplayReport report;
  report.soc = loaded.soc;
  report.config_file = options.config.string();
  report.config_hash = loaded.hash;
  report.file = options.file.string();
  std::set<std::uint32_t> lanes;
  for (const VectorCase& one : cases) {
    check_numerics(one, loaded.soc);
    lanes.insert(one.lanes);
  }
  report.lanes = {lanes.begin(), lanes.end()};

  VectorPlayer player(loaded.soc, cases);
  Replay replay(player, report);
  Progress progress(cases.size());
  for (const VectorCase& one : cases) {
    replay.play(one);
    progress.step();
  }
  write_reports(options.json, json_of(report), text_of(report, style_of(STDOUT_FILENO)));
  return report.agrees() ? 0 : exit_code_of(Failure::mismatch);
}

}  // namespace edgebert::sim
