// SPDX-License-Identifier: Apache-2.0
// Runs every file of some folders through a fuzzing target, as libFuzzer does with its corpus: a crash, an
// abort or a sanitizer's complaint fails the test.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "contract/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const std::vector<std::uint8_t> bytes = edgebert::read_file(file, "corpus");
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    // A copy of just the size, so that a sanitizer sees a read behind its end.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
