// SPDX-License-Identifier: Apache-2.0
#include "contract/file.hpp"

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
namespace fs = std::filesystem;

namespace {
std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
}  // namespace

TEST_CASE("file: SHA-256 of the empty and the FIPS 180-4 example message") {
  CHECK(sha256_of({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of(bytes_of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("file: what is written is read, a second time too, and no temporary stays") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "f";
  write_file(path, bytes_of("one"));
  write_file(path, bytes_of("second"));
  const auto read = read_file(path, "test file");
  CHECK(std::string(read.begin(), read.end()) == "second");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("file: a symbolic link stays a link to the file that is written") {
  const test::TemporaryFolder folder;
  write_file(folder.path() / "target", bytes_of("old"));
  fs::create_symlink(folder.path() / "target", folder.path() / "link");
  write_file(folder.path() / "link", bytes_of("new"));
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(read_file(folder.path() / "target", "test file") == std::vector<std::uint8_t>{'n', 'e', 'w'});
}

TEST_CASE("file: what cannot be read or written is one line with the path") {
  const test::TemporaryFolder folder;
  const fs::path missing = folder.path() / "missing" / "f";
  CHECK(test::error_of([&] { read_file(missing, "calibration file"); }) ==
        "cannot read calibration file '" + missing.string() + "': No such file or directory");
  CHECK(test::error_of([&] { read_file(folder.path(), "calibration file"); }) ==
        "cannot read calibration file '" + folder.path().string() + "': not a regular file");
  CHECK(test::error_of([&] { write_file(missing, {}); }) ==
        "cannot write '" + missing.string() + "': No such file or directory");
  CHECK(test::error_of([&] { write_file(folder.path(), {}); }) ==
        "cannot write '" + folder.path().string() + "': is a directory");
}
