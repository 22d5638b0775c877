// SPDX-License-Identifier: Apache-2.0
// The program's commands. Each returns an exit code or throws Error; main turns that into one line and a
// code.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/random_checkpoint.hpp"

namespace edgebert::sim {

struct RunOptions {
  std::filesystem::path config;
  std::optional<std::string> text;  ///< exactly one of text, file and data_set
  std::optional<std::filesystem::path> file;
  std::optional<std::filesystem::path> data_set;
  std::optional<std::size_t> limit;               ///< sentences of the data set
  std::optional<std::filesystem::path> model;     ///< instead of the configuration's
  std::optional<std::filesystem::path> firmware;  ///< instead of the configuration's
  std::vector<std::string> overrides;             ///< key.path=value
  bool check = false;
  std::optional<std::filesystem::path> golden_cache;
  bool operators = false;           ///< a row for each operator in the text report
  std::optional<std::string> json;  ///< a file, or "-" for stdout instead of the text report
};

struct CompileOptions {
  std::filesystem::path checkpoint;  ///< a folder, or its .safetensors file
  std::filesystem::path output;
  std::optional<std::filesystem::path> calibration;  ///< .tsv: a data set; otherwise one sentence a line
  std::optional<std::uint32_t> sequence;
  std::optional<double> embedding_sparsity;
};

struct GenerateOptions {
  std::filesystem::path output;  ///< a folder, made if need be
  model::RandomCheckpointOptions checkpoint;
};

/// Sentences through the platform, and the report.
/// @return 0, or the code of Failure::mismatch if --check found differences
int run(const RunOptions& options);

/// A checkpoint becomes a model image.
int compile(const CompileOptions& options);

/// A checkpoint folder of random weights.
int generate(const GenerateOptions& options);

/// The resolved configuration with origins and descriptions.
int show_config(const std::filesystem::path& file, const std::vector<std::string>& overrides);

}  // namespace edgebert::sim
