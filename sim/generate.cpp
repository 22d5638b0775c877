// SPDX-License-Identifier: Apache-2.0
// edgebert-sim generate: a checkpoint folder of random weights.
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "platform/config/text.hpp"
#include "sim/commands.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

/// Makes the folder. A checkpoint that somebody trained is not replaced.
void prepare_folder(const fs::path& folder) {
  const auto refuse = [&](const std::string& why) {
    return Error(Failure::input, fmt::format("cannot write a checkpoint to '{}': {}", folder.string(), why));
  };
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw refuse(
        fmt::format("{}; name a folder that can be written", error ? error.message() : "it is not a folder"));
  }
  if (access(folder.c_str(), W_OK) != 0) throw refuse("the folder is not writable");
  if (!fs::exists(folder / "model.safetensors") && !fs::exists(folder / "config.json")) return;
  const auto config = fs::exists(folder / "config.json")
                          ? read_file(folder / "config.json", "checkpoint configuration")
                          : std::vector<std::uint8_t>{};
  if (!model::is_random_checkpoint({config.begin(), config.end()}))
    throw refuse("it holds a checkpoint that was not generated; name another folder");
}

std::string summary(const GenerateOptions& options, const model::CheckpointFiles& files) {
  const model::RandomCheckpointOptions& c = options.checkpoint;
  return fmt::format(
      "{} layers, hidden {}, {} heads, feed-forward {}, embedding {}, vocabulary {}, sequence {}\n"
      "model.safetensors {} bytes, sha256 {}\nwritten to {}\n",
      c.layers, c.hidden, c.heads, c.intermediate, c.embedding, grouped(c.vocabulary), c.sequence,
      grouped(files.tensors.size()), sha256_of(files.tensors),
      bold(printable(options.output.string()), style_of(STDOUT_FILENO)));
}

}  // namespace

int generate(const GenerateOptions& options) {
  const model::CheckpointFiles files = model::random_checkpoint(options.checkpoint);
  prepare_folder(options.output);
  files.write(options.output);
  print(summary(options, files));
  return 0;
}

}  // namespace edgebert::sim
