// SPDX-License-Identifier: Apache-2.0
#include "golden/cache.hpp"

#include <fstream>

#include <unistd.h>

#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

namespace fs = std::filesystem;

/// A directory of its own that goes away with the test.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("edgebert-cache-test-" + std::to_string(getpid()))) {
    fs::remove_all(path_);
  }
  ~Scratch() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Answer example() {
  Answer answer;
  answer.digests[{0, Operator::hidden_in, 0}] = {3, 192, Format::adaptivfloat, 0x0123456789abcdef};
  answer.digests[{2, Operator::scores, 11}] = {3, 3, Format::wide, 0xffffffffffffffff};
  answer.exit_layer = 2;
  answer.prediction = 1;
  answer.logits = {{-5, 70000}, {working_min, working_max}};
  answer.entropies = {45426, 0};
  return answer;
}

fs::path only_entry(const fs::path& directory) {
  return fs::directory_iterator(directory)->path();
}

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("golden cache: what is stored is found, by another instance too") {
  Scratch scratch;
  Cache cache(scratch.path());
  CHECK_FALSE(cache.find("absent").has_value());
  cache.store("key", example());
  CHECK(cache.find("key") == example());
  CHECK(Cache(scratch.path()).find("key") == example());
}

TEST_CASE("golden cache: the key depends on everything that decides the answer") {
  const std::vector<std::uint16_t> ids{2, 17, 3};
  const std::vector<std::uint16_t> others{2, 18, 3};
  const std::string key = Cache::key("image", ids, 3, 100);
  CHECK(key.size() == 64);
  CHECK(key == Cache::key("image", ids, 3, 100));
  CHECK(key != Cache::key("other image", ids, 3, 100));
  CHECK(key != Cache::key("image", others, 3, 100));
  CHECK(key != Cache::key("image", ids, 2, 100));
  CHECK(key != Cache::key("image", ids, 3, 101));
}

TEST_CASE("golden cache: a truncated entry counts as not there, at every length") {
  Scratch scratch;
  Cache cache(scratch.path());
  cache.store("key", example());
  const fs::path path = only_entry(scratch.path());
  for (auto size = fs::file_size(path); size-- > 0;) {
    fs::resize_file(path, size);
    REQUIRE_FALSE(cache.find("key").has_value());
  }
}

TEST_CASE("golden cache: a corrupted entry counts as not there, at every byte") {
  Scratch scratch;
  Cache cache(scratch.path());
  cache.store("key", example());
  const fs::path path = only_entry(scratch.path());
  const auto size = fs::file_size(path);
  for (std::uintmax_t position = 0; position < size; ++position) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(position));
    const char original = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(position));
    file.put(static_cast<char>(original ^ 0x04));
    file.close();
    const auto found = cache.find("key");
    REQUIRE((!found.has_value() || found == example()));  // padding between tensors carries nothing
    std::fstream repair(path, std::ios::in | std::ios::out | std::ios::binary);
    repair.seekp(static_cast<std::streamoff>(position));
    repair.put(original);
  }
  CHECK(cache.find("key") == example());
}

TEST_CASE("golden cache: the oldest entries make room") {
  Scratch scratch;
  Cache probe(scratch.path());
  probe.store("probe", example());
  const auto size = fs::file_size(only_entry(scratch.path()));
  Cache cache(scratch.path(), 3 * size);
  for (int i = 0; i < 10; ++i) cache.store(std::to_string(i), example());
  CHECK(entries(scratch.path()) == 3);
  CHECK(cache.find("9").has_value());
  CHECK_FALSE(cache.find("probe").has_value());
}

TEST_CASE("digest: tells values, row scales, shape and format apart, not the exponent bias") {
  const Tensor tensor{2, 2, adaptivfloat(3), {1, 2, 3, 4}, {5, 6}};
  const Digest reference = digest(tensor);
  Tensor changed = tensor;
  changed.values[3] = 5;
  CHECK(digest(changed) != reference);
  changed = tensor;
  changed.row_scale[0] = 7;
  CHECK(digest(changed) != reference);
  changed = tensor;
  changed.rows = 4;
  changed.columns = 1;
  CHECK(digest(changed) != reference);
  changed = tensor;
  changed.encoding = wide;
  CHECK(digest(changed) != reference);
  changed = tensor;
  changed.encoding.bias = 4;
  CHECK(digest(changed) == reference);
}

// SHA-256 of no bytes at all (FIPS 180-4) starts e3b0c44298fc1c14.
TEST_CASE("digest: is the start of SHA-256") {
  CHECK(digest(Tensor{}).hash == 0xe3b0c44298fc1c14);
}
