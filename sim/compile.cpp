// SPDX-License-Identifier: Apache-2.0
// edgebert-sim compile: measures activation ranges with the float model over the calibration sentences, then
// has the checkpoint quantised, packed and placed.
#include "model/compile.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "golden/fp32.hpp"
#include "model/tokenizer.hpp"
#include "platform/config/text.hpp"
#include "sim/commands.hpp"
#include "sim/inputs.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

fs::path folder_of(const fs::path& checkpoint) {
  return fs::is_directory(checkpoint) ? checkpoint : checkpoint.parent_path();
}

golden::Fp32Model float_model(const fs::path& checkpoint) {
  const fs::path tensors = fs::is_directory(checkpoint) ? checkpoint / "model.safetensors" : checkpoint;
  const auto config =
      read_file(folder_of(checkpoint) / "config.json", "checkpoint configuration", Failure::image);
  return golden::Fp32Model(
      golden::Fp32Checkpoint(Safetensors::read(tensors), std::string(config.begin(), config.end())));
}

fs::path calibration_file(const CompileOptions& options) {
  return options.calibration.value_or(folder_of(options.checkpoint) / "calibration.tsv");
}

std::vector<Sentence> calibration_sentences(const CompileOptions& options) {
  const fs::path file = calibration_file(options);
  if (!options.calibration && !fs::exists(file)) {
    throw Error(Failure::input,
                fmt::format("calibrating: there is no '{}'; name a file of training sentences with "
                            "--calibration",
                            file.string()));
  }
  return file.extension() == ".tsv" ? sentences_of_dataset(file) : sentences_of_file(file);
}

model::ActivationRanges ranges_of(const golden::Ranges& seen) {
  using golden::Site;
  return {seen.at(Site::embedding_norm),
          seen.at(Site::hidden_in),
          seen.at(Site::query),
          seen.at(Site::key),
          seen.at(Site::value),
          seen.at(Site::context),
          seen.at(Site::attention_output),
          seen.at(Site::attention_norm),
          seen.at(Site::ffn_inner),
          seen.at(Site::ffn_output),
          seen.at(Site::layer_output),
          seen.at(Site::pooled)};
}

model::ActivationRanges calibrate(const model::Checkpoint& checkpoint, const CompileOptions& options,
                                  const std::vector<Sentence>& sentences) {
  if (checkpoint.tokenizer.empty()) {
    throw Error(Failure::image,
                fmt::format("reading checkpoint '{}': it has no tokenizer; put spiece.model beside it",
                            options.checkpoint.string()));
  }
  const golden::Fp32Model model = float_model(options.checkpoint);
  const model::Tokenizer tokenizer(checkpoint.tokenizer, checkpoint.geometry.text_cleaning);
  const std::uint32_t sequence = options.sequence.value_or(checkpoint.geometry.sequence);
  golden::Ranges ranges;
  Progress progress(sentences.size());
  std::mutex shared;
  std::atomic<std::size_t> next = 0;
  // A largest magnitude does not depend on the order in which sentences are seen.
  const auto work = [&] {
    golden::Ranges mine;
    for (std::size_t i = next++; i < sentences.size(); i = next++) {
      const model::Encoding encoding = tokenizer.encode(sentences[i].text, sequence);
      model.run(encoding.ids, encoding.first_segment,
                [&](golden::Site site, std::span<const float> values) { mine.observe(site, values); });
      const std::scoped_lock lock(shared);
      progress.step();
    }
    const std::scoped_lock lock(shared);
    ranges.merge(mine);
  };
  std::vector<std::future<void>> workers;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    workers.push_back(std::async(std::launch::async, work));
  }
  for (auto& worker : workers) worker.get();
  return ranges_of(ranges);
}

std::string summary(const model::CompiledImage& image, std::size_t sentences, const CompileOptions& options) {
  const Style style = style_of(STDOUT_FILENO);
  std::string text = fmt::format(
      "{}\n",
      dim(fmt::format("{:<28}{:>14}{:>6}{:>10}{:>14}", "matrix", "shape", "bias", "zeros", "bytes"), style));
  for (const model::PackedSummary& matrix : image.matrices) {
    const double elements = static_cast<double>(matrix.rows) * matrix.columns;
    text += fmt::format("{:<28}{:>14}{:>6}{:>8.1f} %{:>14}\n", matrix.name,
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
  const fs::path folder = folder_of(options.checkpoint);
  check_output(options.output, {options.checkpoint, folder / "model.safetensors", folder / "config.json",
                                folder / "spiece.model", calibration_file(options)});
  const model::Checkpoint checkpoint = model::read_checkpoint(options.checkpoint);
  const std::vector<Sentence> sentences = calibration_sentences(options);
  const model::ActivationRanges ranges = calibrate(checkpoint, options, sentences);
  const model::CompiledImage image =
      model::compile(checkpoint, ranges, {options.sequence, options.embedding_sparsity});
  write_file(options.output, image.bytes);
  print(summary(image, sentences.size(), options));
  return 0;
}

}  // namespace edgebert::sim
