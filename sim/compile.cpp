// SPDX-License-Identifier: Apache-2.0
// edgebert-sim compile: measures activation ranges with the float model over the calibration sentences, then
// has the checkpoints, one a task, quantised, packed and placed.
#include "model/compile.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "golden/fp32.hpp"
#include "platform/config/text.hpp"
#include "sim/checkpoint_inputs.hpp"
#include "sim/commands.hpp"
#include "sim/inputs.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

/// A checkpoint that becomes a task.
struct Source {
  std::string name;  ///< empty: what the checkpoint says
  fs::path path;
};

std::vector<Source> sources_of(const CompileOptions& options) {
  if (options.checkpoint.has_value() == !options.tasks.empty())
    throw Error(Failure::usage, "compile: give one --checkpoint, or a --task NAME=CHECKPOINT for each task");
  if (options.checkpoint) return {{"", *options.checkpoint}};
  std::vector<Source> sources;
  for (const std::string& task : options.tasks) {
    const std::size_t equals = task.find('=');
    if (equals == std::string::npos || equals + 1 == task.size()) {
      throw Error(Failure::usage, fmt::format("compile: --task {} is not NAME=CHECKPOINT", task));
    }
    sources.push_back({task.substr(0, equals), task.substr(equals + 1)});
  }
  return sources;
}

model::ActivationRanges calibrate(const Source& source, const model::Checkpoint& checkpoint,
                                  const CompileOptions& options, const std::vector<Sentence>& sentences) {
  const auto tokens =
      tokens_of(sentences, checkpoint, options.sequence.value_or(checkpoint.geometry.sequence));
  const golden::Fp32Model model(float_checkpoint(source.path));
  const auto r = activation_ranges(model, tokens, options.activation_percentile);
  return {r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11]};
}

std::string summary(const model::CompiledImage& image, std::size_t image_tasks, std::size_t sentences,
                    const CompileOptions& options) {
  const Style style = style_of(STDOUT_FILENO);
  std::string text = fmt::format(
      "{}\n",
      dim(fmt::format("{:<28}{:>14}{:>6}{:>10}{:>14}", "matrix", "shape", "bias", "zeros", "bytes"), style));
  for (const model::PackedSummary& matrix : image.matrices) {
    const double elements = static_cast<double>(matrix.rows) * matrix.columns;
    const bool named = image_tasks > 1 && !matrix.task.empty();
    text += fmt::format("{:<28}{:>14}{:>6}{:>8.1f} %{:>14}\n",
                        named ? fmt::format("{} {}", matrix.task, matrix.name) : matrix.name,
                        fmt::format("{} x {}", matrix.rows, matrix.columns), matrix.exponent_bias,
                        100.0 * static_cast<double>(matrix.zeros) / elements,
                        grouped(matrix.mask_bytes + matrix.data_bytes + matrix.index_bytes));
  }
  text +=
      fmt::format("\nweight memory  {:>14} bytes\neNVM           {:>14} bytes\nimage          {:>14} bytes\n",
                  grouped(image.weight_memory_bytes), grouped(image.envm_bytes), grouped(image.bytes.size()));
  text += fmt::format("\nwritten to {}, ranges from {} calibration sentences\nsha256 {}\n",
                      bold(printable(options.output.string()), style), grouped(sentences),
                      sha256_of(image.bytes));
  return text;
}

}  // namespace

int compile(const CompileOptions& options) {
  const std::vector<Source> sources = sources_of(options);
  std::vector<fs::path> inputs;
  for (const Source& source : sources) {
    const fs::path folder = folder_of(source.path);
    inputs.insert(inputs.end(),
                  {source.path, folder / "model.safetensors", folder / "config.json", folder / "spiece.model",
                   calibration_file(source.path, options.calibration)});
  }
  check_output(options.output, inputs);
  std::vector<model::Checkpoint> checkpoints;
  for (const Source& source : sources) checkpoints.push_back(model::read_checkpoint(source.path));
  std::vector<model::TaskInput> tasks;
  std::size_t sentences = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::vector<Sentence> calibration = calibration_sentences(sources[i].path, options.calibration);
    sentences += calibration.size();
    tasks.push_back({sources[i].name.empty() ? checkpoints[i].geometry.task : sources[i].name, checkpoints[i],
                     calibrate(sources[i], checkpoints[i], options, calibration)});
  }
  const model::CompiledImage image = model::compile(
      tasks,
      {options.sequence, options.embedding_sparsity, options.weight_bias, options.activation_percentile});
  write_file(options.output, image.bytes);
  print(summary(image, tasks.size(), sentences, options));
  return 0;
}

}  // namespace edgebert::sim
