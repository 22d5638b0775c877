// SPDX-License-Identifier: Apache-2.0
#include "sim/checkpoint_inputs.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "contract/file.hpp"
#include "model/tokenizer.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

fs::path folder_of(const fs::path& checkpoint) {
  return fs::is_directory(checkpoint) ? checkpoint : checkpoint.parent_path();
}

golden::Fp32Checkpoint float_checkpoint(const fs::path& checkpoint) {
  const fs::path tensors = fs::is_directory(checkpoint) ? checkpoint / "model.safetensors" : checkpoint;
  const auto config =
      read_file(folder_of(checkpoint) / "config.json", "checkpoint configuration", Failure::image);
  return golden::Fp32Checkpoint(Safetensors::read(tensors), std::string(config.begin(), config.end()));
}

fs::path calibration_file(const fs::path& checkpoint, const std::optional<fs::path>& given) {
  return given.value_or(folder_of(checkpoint) / "calibration.tsv");
}

std::vector<Sentence> calibration_sentences(const fs::path& checkpoint,
                                            const std::optional<fs::path>& given) {
  const fs::path file = calibration_file(checkpoint, given);
  if (!given && !fs::exists(file)) {
    throw Error(Failure::input,
                fmt::format("calibrating: there is no '{}'; name a file of training sentences with "
                            "--calibration",
                            file.string()));
  }
  return file.extension() == ".tsv" ? sentences_of_dataset(file) : sentences_of_file(file);
}

std::vector<std::vector<std::uint16_t>> tokens_of(const std::vector<Sentence>& sentences,
                                                  const model::Checkpoint& checkpoint,
                                                  std::uint32_t sequence) {
  if (checkpoint.tokenizer.empty()) {
    throw Error(Failure::image, "reading a checkpoint: it has no tokenizer; put spiece.model beside it");
  }
  const model::Tokenizer tokenizer(checkpoint.tokenizer, checkpoint.geometry.text_cleaning);
  std::vector<std::vector<std::uint16_t>> tokens;
  for (const Sentence& sentence : sentences) tokens.push_back(tokenizer.encode(sentence.text, sequence).ids);
  return tokens;
}

void for_each_sentence(std::size_t count, const std::function<void(std::size_t)>& work) {
  Progress progress(count);
  std::mutex shared;
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      work(i);
      const std::scoped_lock lock(shared);
      progress.step();
    }
  };
  std::vector<std::future<void>> workers;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    workers.push_back(std::async(std::launch::async, take));
  for (auto& worker : workers) worker.get();
}

std::array<float, golden::site_count> activation_ranges(
    const golden::Fp32Model& model, const std::vector<std::vector<std::uint16_t>>& sentences,
    double percentile) {
  golden::Ranges ranges;
  golden::Distribution distribution;
  std::mutex shared;
  // Neither depends on the order in which sentences are seen.
  for_each_sentence(sentences.size(), [&](std::size_t i) {
    golden::Ranges mine;
    std::optional<golden::Distribution> counted;
    if (percentile < 100) counted.emplace();
    model.run(sentences[i], static_cast<std::uint32_t>(sentences[i].size()),
              [&](golden::Site site, std::span<const float> values) {
                mine.observe(site, values);
                if (counted) counted->observe(site, values);
              });
    const std::scoped_lock lock(shared);
    ranges.merge(mine);
    if (counted) distribution.merge(*counted);
  });
  std::array<float, golden::site_count> result = ranges.all();
  if (percentile == 100) return result;
  for (std::size_t site = 0; site < result.size(); ++site)
    result[site] =
        std::min(result[site], distribution.percentile(static_cast<golden::Site>(site), percentile));
  return result;
}

}  // namespace edgebert::sim
