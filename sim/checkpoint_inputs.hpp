// SPDX-License-Identifier: Apache-2.0
// What compile and quantize-report read: a checkpoint as golden's float model, its calibration sentences, and
// the activation ranges that the one shows on the others.
#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "golden/fp32.hpp"
#include "model/checkpoint.hpp"
#include "sim/inputs.hpp"

namespace edgebert::sim {

/// The folder of a checkpoint, which is one or a .safetensors file in one.
std::filesystem::path folder_of(const std::filesystem::path& checkpoint);

/// @throws Error(Failure::image)
golden::Fp32Checkpoint float_checkpoint(const std::filesystem::path& checkpoint);

/// The file given, otherwise calibration.tsv beside the checkpoint.
std::filesystem::path calibration_file(const std::filesystem::path& checkpoint,
                                       const std::optional<std::filesystem::path>& given);

/// .tsv: a data set; otherwise one sentence a line.
/// @throws Error(Failure::input) if there is no such file, or as sim/inputs.hpp
std::vector<Sentence> calibration_sentences(const std::filesystem::path& checkpoint,
                                            const std::optional<std::filesystem::path>& given);

/// Tokens of each sentence.
/// @throws Error(Failure::image) without a tokenizer
std::vector<std::vector<std::uint16_t>> tokens_of(const std::vector<Sentence>& sentences,
                                                  const model::Checkpoint& checkpoint,
                                                  std::uint32_t sequence);

/// Calls work(i) for i = 0 ... count - 1 on all cores, with progress; the order is anybody's guess.
void for_each_sentence(std::size_t count, const std::function<void(std::size_t)>& work);

/// The largest magnitude at each site, or another percentile of the magnitudes; the largest bounds it.
std::array<float, golden::site_count> activation_ranges(
    const golden::Fp32Model& model, const std::vector<std::vector<std::uint16_t>>& sentences,
    double percentile);

}  // namespace edgebert::sim
