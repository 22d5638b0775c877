// SPDX-License-Identifier: Apache-2.0
// Several tasks in one image: the word embeddings are there once, every sentence is its task's, and to change
// the task writes nothing to the eNVM.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/soc/random_subject.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;
using model::RandomCheckpointOptions;

namespace {

/// A head of the second task is off, none of the first; they differ in classes, spans and sparsity.
RandomCheckpointOptions options_of(unsigned task) {
  RandomCheckpointOptions options;
  options.hidden = 64;
  options.heads = 4;
  options.intermediate = 128;
  options.embedding = 64;
  options.vocabulary = 300;
  options.layers = 2;
  options.sequence = 24;
  options.embedding_sparsity = 0.6;
  options.embedding_seed = 7;
  options.seed = task + 1;
  options.classes = task == 0 ? 2 : 3;
  options.encoder_sparsity = task == 0 ? 0.0 : 0.5;
  if (task == 1) {
    options.spans = {3, 0, 24, 9};
    options.span_form = SpanForm::in_span;
    options.span_ramp = 4;
  }
  return options;
}

/// A checkpoint of its own, and an image of it alone.
struct Tuned {
  explicit Tuned(unsigned task) : files(model::random_checkpoint(options_of(task))) {
    files.write(folder.path());
    checkpoint = model::read_checkpoint(folder.path());
    sentence = full_sentence(files, checkpoint.geometry);
    ranges = ranges_on(sentence, files);
  }
  ModelImage alone() const {
    return ModelImage::parse(model::compile(checkpoint, ranges, {}).bytes, "alone");
  }

  TemporaryFolder folder;
  model::CheckpointFiles files;
  model::Checkpoint checkpoint;
  Tokens sentence;
  model::ActivationRanges ranges{};
};

struct Pair {
  Tuned first{0};
  Tuned second{1};
  ModelImage image = compiled();

  ModelImage compiled() const {
    const model::TaskInput tasks[] = {{"sst2", first.checkpoint, first.ranges},
                                      {"mnli", second.checkpoint, second.ranges}};
    return ModelImage::parse(model::compile(tasks, {}).bytes, "both");
  }
};

const Pair& both() {
  static const Pair pair;
  return pair;
}

std::string answer_text(const SentenceResult& answer) {
  const mailbox::Result& result = answer.result;
  return fmt::format("{} of {}: {}; {}\n", result.prediction, result.classes,
                     fmt::join(std::span(result.logits, result.classes), ","),
                     fmt::join(std::span(result.entropy, result.layers), ","));
}

/// Runs a sentence as each of these tasks in turn, compared with golden. @return the answers, then what the
/// check and the eNVM's counters say
std::string run_as(const ModelImage& image, SocConfig config, const std::vector<std::size_t>& tasks) {
  return in_child([&] {
    config.exit.threshold = 0;
    std::vector<golden::Model> models;
    for (std::size_t task = 0; task < image.tasks().size(); ++task) models.emplace_back(image, task);
    const Tokens& sentence = both().first.sentence;
    const auto tokens = static_cast<std::uint32_t>(sentence.size());
    Platform platform(config, image, shipped_firmware());
    std::optional<sim::SentenceCheck> check;
    platform.on_tile([&check](const Tile& tile) { check->take(tile); });
    std::string text;
    sim::CheckResult found;
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    for (const std::size_t task : tasks) {
      check.emplace(models.at(task), nullptr, sentence, tokens, golden::ExitRule{});
      const SentenceResult answer = platform.classify(sentence, tokens, task);
      found += check->finish(answer.result);
      text += answer_text(answer);
      for (const UnitReport& unit : answer.units) {
        if (unit.unit != "envm") continue;
        written += unit.counters.at("bytes_written");
        read += unit.counters.at("bytes_read");
      }
    }
    platform.shut_down();
    return text + fmt::format("tensors={} mismatches={} written={} read={}", found.tensors_compared,
                              found.mismatches, written, read);
  });
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("tasks: the embeddings' bytes are in the image once") {
  const ModelImage& image = both().image;
  const ModelImage alone = both().first.alone();
  CHECK(image.tasks().size() == 2);
  CHECK(image.bytes_in("envm") == alone.bytes_in("envm"));
  CHECK(image.bytes_in("envm") > 0);
  const std::uint64_t weights =
      alone.bytes_in("weight_memory") + both().second.alone().bytes_in("weight_memory");
  CHECK(image.bytes_in("weight_memory") <= weights + 64);
  CHECK(image.bytes_in("weight_memory") > weights - 64);
}

TEST_CASE("tasks: sentences of two tasks in turn answer as each model alone, without a write to the eNVM") {
  const std::string first = lines_of(run_as(both().first.alone(), {}, {0}))[0];
  const std::string second = lines_of(run_as(both().second.alone(), {}, {0}))[0];
  REQUIRE(first != second);
  const std::string outcome = run_as(both().image, {}, {0, 1, 1, 0, 1});
  INFO(outcome);
  const std::vector<std::string> lines = lines_of(outcome);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == first);
  CHECK(lines[1] == second);
  CHECK(lines[2] == second);
  CHECK(lines[3] == first);
  CHECK(lines[4] == second);
  CHECK(number(outcome, "mismatches") == 0);
  CHECK(number(outcome, "written") == 0);
  CHECK(number(outcome, "read") > 0);
}

TEST_CASE("tasks: with the embeddings in the LPDDR4 too") {
  SocConfig config;
  config.embedding.store = EmbeddingStore::dram;
  const std::string outcome = run_as(both().image, config, {1, 0, 1});
  INFO(outcome);
  CHECK(number(outcome, "mismatches") == 0);
  CHECK(number(outcome, "read") == 0);
}

TEST_CASE("tasks: one that the image does not have is refused") {
  const std::string outcome = in_child([] {
    Platform platform({}, both().image, shipped_firmware());
    platform.classify(both().first.sentence, 24, 2);
    return std::string("accepted");
  });
  INFO(outcome);
  CHECK(outcome == "error: cannot classify a sentence of task 2: the model has 2");
}
