// SPDX-License-Identifier: Apache-2.0
// Runs sentences on a platform in a child process (SystemC elaborates once a process) and brings the outcome
// back as text.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "contract/model_image.hpp"
#include "platform/platform.hpp"
#include "sim/check.hpp"

namespace edgebert::test {

using Tokens = std::vector<std::uint16_t>;

const ModelImage& shipped_image();
const rv32::ElfFile& shipped_firmware();
/// Sentences of the dev set by number, as token ids.
std::vector<Tokens> dev_sentences(std::initializer_list<std::size_t> numbers);

/// What a child process returned, or the message of the Error it threw, behind "error: ".
std::string in_child(const std::function<std::string()>& work);

/// A model on its way through platforms: what they load, and golden's side of the comparison.
struct Subject {
  const ModelImage& image;
  const golden::Model& model;
  golden::Cache* cache = nullptr;  ///< shared by all platforms, for golden does not depend on them
};

/// One sentence after the other, each compared with golden. One line a sentence: exit layer, prediction,
/// logits, entropies, cycles, instructions, counters; then the check's outcome.
/// @param prepare  called once the platform has booted
std::string run_sentences(const Subject& subject, const SocConfig& config,
                          const std::vector<Tokens>& sentences,
                          const std::function<void(Platform&)>& prepare = {});
/// The same with the shipped model.
std::string run_sentences(const SocConfig& config, const std::vector<Tokens>& sentences,
                          const std::function<void(Platform&)>& prepare = {});

/// The part of a line of run_sentences that starts with `name=`.
std::string field(const std::string& line, const std::string& name);
std::uint64_t number(const std::string& line, const std::string& name);

}  // namespace edgebert::test
