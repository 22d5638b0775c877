// SPDX-License-Identifier: Apache-2.0
#include "tests/soc/random_subject.hpp"

#include <unistd.h>

#include "golden/fp32.hpp"
#include "model/tokenizer.hpp"

namespace edgebert::test {

model::ActivationRanges ranges_on(const Tokens& sentence, const model::CheckpointFiles& files) {
  const golden::Fp32Model model(
      golden::Fp32Checkpoint(Safetensors::parse(files.tensors, "random"), files.config));
  golden::Ranges seen;
  model.run(sentence, static_cast<std::uint32_t>(sentence.size()),
            [&](golden::Site site, std::span<const float> values) { seen.observe(site, values); });
  const auto& r = seen.all();
  return {r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11]};
}

Tokens full_sentence(const model::CheckpointFiles& files, const model::Geometry& geometry) {
  const std::string text = files.calibration.substr(files.calibration.find('\n') + 1);
  const model::Tokenizer tokenizer(files.tokenizer, geometry.text_cleaning);
  return tokenizer.encode(text.substr(0, text.find('\t')), geometry.sequence).ids;
}

RandomSubject::RandomSubject(const model::RandomCheckpointOptions& options,
                             const model::CompileOptions& compile)
    : image_(compiled(options, compile)), model_(image_), cache_(folder_.path() / "golden") {}

ModelImage RandomSubject::compiled(const model::RandomCheckpointOptions& options,
                                   const model::CompileOptions& compile) {
  const model::CheckpointFiles files = model::random_checkpoint(options);
  files.write(folder_.path());
  const model::Checkpoint checkpoint = model::read_checkpoint(folder_.path());
  sentence_ = full_sentence(files, checkpoint.geometry);
  return ModelImage::parse(model::compile(checkpoint, ranges_on(sentence_, files), compile).bytes, "random");
}

std::string RandomSubject::run(SocConfig config, const std::vector<Tokens>& sentences) {
  config.exit.threshold = 0;
  for (const Tokens& tokens : sentences) {
    cache_.answer(model_, tokens, static_cast<std::uint32_t>(tokens.size()), 0);  // once, not in each child
  }
  return in_child([&] { return run_sentences(subject(), config, sentences); });
}

}  // namespace edgebert::test
