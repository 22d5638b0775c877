// SPDX-License-Identifier: Apache-2.0
// A model of random weights, compiled on the fly, with a sentence that fills it and golden's answers kept for
// all platforms it runs on.
#pragma once
#include "model/compile.hpp"
#include "model/random_checkpoint.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

namespace edgebert::test {

/// The ranges the float model shows on one sentence.
model::ActivationRanges ranges_on(const Tokens& sentence, const model::CheckpointFiles& files);

/// The first calibration sentence: as many tokens as the model takes.
Tokens full_sentence(const model::CheckpointFiles& files, const model::Geometry& geometry);

class RandomSubject {
 public:
  explicit RandomSubject(const model::RandomCheckpointOptions& options,
                         const model::CompileOptions& compile = {});

  Subject subject() { return {image_, model_, &cache_}; }
  const ModelImage& image() const { return image_; }
  /// As many tokens as the model takes.
  const Tokens& sentence() const { return sentence_; }
  /// The first tokens of it.
  Tokens sentence(std::size_t tokens) const { return {sentence_.begin(), sentence_.begin() + tokens}; }

  /// All layers of these sentences in a process of their own. @return what run_sentences does
  std::string run(SocConfig config, const std::vector<Tokens>& sentences);
  /// Of the whole sentence.
  std::string run(const SocConfig& config) { return run(config, {sentence_}); }

 private:
  TemporaryFolder folder_;
  Tokens sentence_;
  ModelImage image_;
  golden::Model model_;
  golden::Cache cache_;

  ModelImage compiled(const model::RandomCheckpointOptions& options, const model::CompileOptions& compile);
};

}  // namespace edgebert::test
