// SPDX-License-Identifier: Apache-2.0
// Cycles measured on the published SystemC model (tests/data/cmodel/README.md), as the program carries them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace edgebert::sim {

/// A table of measurements.
enum class Reference {
  matrix_unit,  ///< cycles_pu_matmul.csv
  units_alone,  ///< cycles_units_standalone.csv
  top_level,    ///< cycles_topaccel.csv
};

/// The table as comma-separated values with a header line.
const char* reference_text(Reference which);

/// One measured run.
struct MeasuredRun {
  std::string unit;  ///< "product", "softmax", "layernorm", "add", "entropy", "dvfs"
  std::uint32_t lanes;
  std::uint32_t n0 = 0;  ///< of products: (n0 x m) times (m x n1)
  std::uint32_t m = 0;
  std::uint32_t n1 = 0;
  std::uint32_t vectors = 0;  ///< a row, of the other units
  std::uint32_t rows = 0;
  std::uint64_t cycles;
};

std::vector<MeasuredRun> measured_runs(Reference which);

}  // namespace edgebert::sim
