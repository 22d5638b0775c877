// SPDX-License-Identifier: Apache-2.0
#include "tests/soc/fixture.hpp"

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/error.hpp"

namespace edgebert::test {

const ModelImage& shipped_image() {
  static const ModelImage image = ModelImage::read(EDGEBERT_IMAGE);
  return image;
}

const rv32::ElfFile& shipped_firmware() {
  static const rv32::ElfFile firmware = rv32::ElfFile::load(EDGEBERT_FIRMWARE);
  return firmware;
}

std::vector<Tokens> dev_sentences(std::initializer_list<std::size_t> numbers) {
  std::ifstream in(EDGEBERT_SOURCE_DIR "/tests/data/sst2_dev_ids.txt");
  std::vector<Tokens> all;
  for (std::string line; std::getline(in, line);) {
    std::istringstream ids(line);
    Tokens tokens;
    for (std::uint16_t id; ids >> id;) tokens.push_back(id);
    if (!tokens.empty()) all.push_back(tokens);
  }
  std::vector<Tokens> chosen;
  for (const std::size_t n : numbers) chosen.push_back(all.at(n));
  return chosen;
}

std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    std::string text;
    try {
      text = work();
    } catch (const std::exception& error) {
      text = std::string("error: ") + error.what();
    }
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t count = write(ends[1], text.data() + sent, text.size() - sent);
      if (count <= 0) _exit(1);
      sent += static_cast<std::size_t>(count);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t count; (count = read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(count));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return "error: the child process crashed";
  return text;
}

std::string run_sentences(const SocConfig& config, const std::vector<Tokens>& sentences,
                          const std::function<void(Platform&)>& prepare) {
  const golden::Model model(shipped_image());
  return run_sentences({shipped_image(), model}, config, sentences, prepare);
}

std::string run_sentences(const Subject& subject, const SocConfig& config,
                          const std::vector<Tokens>& sentences,
                          const std::function<void(Platform&)>& prepare) {
  Platform platform(config, subject.image, shipped_firmware());
  std::optional<sim::SentenceCheck> check;
  platform.on_tile([&check](const Tile& tile) { check->take(tile); });
  if (prepare) prepare(platform);
  std::string lines;
  sim::CheckResult found;
  const auto threshold =
      static_cast<std::uint32_t>(std::llround(std::ldexp(config.exit.threshold, entropy_fraction_bits)));
  for (const Tokens& tokens : sentences) {
    const auto count = static_cast<std::uint32_t>(tokens.size());
    check.emplace(subject.model, subject.cache, tokens, count,
                  golden::ExitRule{.policy = config.exit.policy, .threshold = threshold});
    const SentenceResult answer = platform.classify(tokens, count);
    found += check->finish(answer.result);
    const mailbox::Result& result = answer.result;
    lines += fmt::format(
        "exit={} prediction={} logits={} entropy={} cycles={} instructions={}", result.exit_layer,
        result.prediction, fmt::join(std::span(result.logits, result.classes), ","),
        fmt::join(std::span(result.entropy, result.layers), ","), answer.cycles, answer.instructions);
    for (const UnitReport& unit : answer.units) {
      lines += fmt::format(" {}={},{}", unit.unit, unit.busy_cycles, unit.commands);
      for (const auto& [name, value] : unit.counters)
        lines += fmt::format(" {}.{}={}", unit.unit, name, value);
    }
    lines += '\n';
  }
  platform.shut_down();
  return lines + fmt::format("tensors={} mismatches={} first={}", found.tensors_compared, found.mismatches,
                             found.first);
}

std::string field(const std::string& line, const std::string& name) {
  const std::string key = name + "=";
  std::size_t at = line.rfind(key, 0) == 0 ? 0 : line.find(" " + key);
  if (at == std::string::npos) at = line.find("\n" + key);
  if (at == std::string::npos) return "";
  at = line.find('=', at) + 1;
  return name == "first" ? line.substr(at) : line.substr(at, line.find_first_of(" \n", at) - at);
}

std::uint64_t number(const std::string& line, const std::string& name) {
  return std::stoull(field(line, name));
}

}  // namespace edgebert::test
