// SPDX-License-Identifier: Apache-2.0
// Tensors of a run as .npy files, from the platform and from golden: docs/dumps.md.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "golden/encoder.hpp"
#include "ip/common/observation.hpp"
#include "sim/tensor_assembly.hpp"

namespace edgebert::sim {

/// Which tensors are dumped.
using TensorSelection = std::set<std::pair<std::uint8_t, Operator>>;

/// The tensors that "LAYER[:OPERATOR]" stand for. LAYER is a number, 0 for the embedding, or "all"; OPERATOR
/// a name or a regular expression, all of them without one.
/// @param layers  of the model
/// @throws Error(Failure::usage)
TensorSelection tensors_to_dump(const std::vector<std::string>& specs, std::uint32_t layers);

/// "layer03.scores.head02"
std::string file_stem_of(const golden::TensorKey& key);

/// Collects the chosen tensors of one sentence after the other and writes them.
class TensorDump {
 public:
  /// @param models  one a task
  /// @param folder  made if need be
  /// @throws Error(Failure::input) if it cannot be made
  TensorDump(std::span<const golden::Model> models, std::filesystem::path folder, TensorSelection selection);

  /// Runs golden on the sentence, all layers.
  void begin(std::size_t task, const std::vector<std::uint16_t>& token_ids, std::uint32_t first_segment);
  void take(const Tile& tile);
  /// Writes what the platform computed of the chosen tensors, and the same of golden.
  /// @return how many tensors those were
  /// @throws Error(Failure::input)
  std::size_t finish(std::size_t sentence);

 private:
  std::span<const golden::Model> models_;
  const golden::Model* model_ = nullptr;  ///< of the present sentence
  std::filesystem::path folder_;
  TensorSelection selection_;
  std::optional<golden::Forward> golden_;
  std::map<golden::TensorKey, TensorAssembly> platform_;
};

}  // namespace edgebert::sim
