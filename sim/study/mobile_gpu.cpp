// SPDX-License-Identifier: Apache-2.0
// The same sentence on a Jetson TX2, as a roofline of its public peak rates: no kernel can be faster than the
// bound, and none reaches it. Nothing was measured on a TX2.
#include <algorithm>

#include <fmt/format.h>

#include "sim/study/optimised.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

constexpr double milli = 1e-3;

/// Public figures of the module, Jetson TX2 data sheet.
constexpr double peak_flops = 1.33e12;     // fp16, 256 cores x 2 (FMA) x 2 (half2) x 1.30 GHz
constexpr double bytes_a_second = 59.7e9;  // LPDDR4, 128 bit at 1866 MHz
constexpr double least_watts = 7.5;        // Max-Q
constexpr double most_watts = 15;          // Max-N, the mode the peak belongs to
constexpr double assumed_utilisation = 0.3;
constexpr double bytes_of_half = 2;

/// ALBERT's dense forward.
struct Work {
  double flops;
  double bytes;  ///< from memory: the shared layer's weights each time, for they exceed the 512 KiB cache
};

Work work_of(const Optimised& ours) {
  return {2.0 * static_cast<double>(ours.dense.macs),
          bytes_of_half * ours.size.layers * ours.size.layer_parameters};
}

struct Reference {
  const char* name;
  double seconds;
  double joules;
};

StudyTable roofline_table(const Work& work, const Reference& bound, const Reference& assumed) {
  const Published unknown{std::nullopt, Provenance::not_available,
                          "the paper's milliseconds and millijoules of the TX2 were not at hand"};
  StudyTable table{"Jetson TX2, one sentence, fp16, all layers dense",
                   {},
                   {"peak 1.33 TFLOPS in fp16, 59.7 GB/s, 7.5 to 15 W: data sheet of the module, seen",
                    "a bound: no kernel is faster, no launch overhead, no activations moved"}};
  table.add("computing", "at peak", work.flops / peak_flops / milli, "ms");
  table.add("weights", "at peak bandwidth", work.bytes / bytes_a_second / milli, "ms", {},
            "the shared layer anew for each of the layers");
  table.add("latency", bound.name, bound.seconds / milli, "ms", unknown);
  table.add("energy", bound.name, bound.joules / milli, "mJ", unknown,
            "7.5 W: less than the mode of the peak");
  table.add("latency", assumed.name, assumed.seconds / milli, "ms", unknown, "30 % of the peak is assumed");
  table.add("energy", assumed.name, assumed.joules / milli, "mJ", unknown, "15 W");
  return table;
}

StudyTable ratio_table(const Optimised& ours, const Reference& bound, const Reference& assumed) {
  const Published v5{53, Provenance::seen, "abstract v5, up to, against CUDA"};
  const Published v1{157, Provenance::seen, "abstract v1, up to"};
  const Published v5_dense{53.0 / 7, Provenance::derived, "abstract v5: 53 / 7, if both are of one sentence"};
  const Published v1_dense{157 / 5.2, Provenance::derived,
                           "abstract v1: 157 / 5.2, if both are of one sentence"};
  StudyTable table{"Energy on the TX2 over energy on this platform", {}, {}};
  const auto add = [&](const Reference& gpu, const char* name, double joules, const Published& published,
                       const char* note) {
    table.add(gpu.name, name, gpu.joules / joules, "", published, note);
  };
  const double dense = ours.dense.whole().accelerator_joules;
  const double best = ours.paced.sentence.accelerator_joules;
  const double dense_soc = ours.dense.whole().soc_joules;
  const double best_soc = ours.paced.sentence.soc_joules;
  const char* least =
      "least energy a TX2 can take; whether the paper counts memories and core is not known: ours with and "
      "without them lie on both sides";
  const char* guess = "goes with 1 / utilisation, which is assumed";
  add(bound, "dense, accelerator", dense, v5_dense, least);
  add(bound, "dense, SoC", dense_soc, v5_dense, least);
  add(bound, "optimised, accelerator", best, v5, least);
  add(bound, "optimised, SoC", best_soc, v5, least);
  add(assumed, "dense, accelerator", dense, v1_dense, guess);
  add(assumed, "dense, SoC", dense_soc, v1_dense, guess);
  add(assumed, "optimised, accelerator", best, v1, guess);
  add(assumed, "optimised, SoC", best_soc, v1, guess);
  table.notes = {
      fmt::format(
          "optimised: SST-2's spans (recalled), 50 % zeros in the encoder, exit behind layer {:.2f} on "
          "average (authors' logs), {:.0f} MHz behind the first layer, deadline 50 ms",
          ours.exit_layer, ours.paced.hertz / 1e6),
      "the published joules of either side, the task and the margin are not known",
      "accelerator: with its buffers and clock generator; SoC: with core, bus, SRAM, LPDDR4 and ReRAM"};
  return table;
}

}  // namespace

std::vector<StudyTable> mobile_gpu_study(StudyRuns& runs) {
  const Optimised ours = optimised_sentence(runs);
  const Work work = work_of(ours);
  const double seconds = std::max(work.flops / peak_flops, work.bytes / bytes_a_second);
  const Reference bound{"TX2's bound", seconds, seconds * least_watts};
  const double slower = seconds / assumed_utilisation;
  const Reference assumed{"TX2 at 30 %, assumed", slower, slower * most_watts};
  return {roofline_table(work, bound, assumed), ratio_table(ours, bound, assumed)};
}

}  // namespace edgebert::sim
