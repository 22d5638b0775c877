// SPDX-License-Identifier: Apache-2.0
// The table of keys: complete, consistent with the defaults, and what docs/configuration.md prints.
#include "platform/config/schema.hpp"

#include <set>

#include "contract/file.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::config;

TEST_CASE("schema: no key twice, none without a description and a source") {
  std::set<std::string> paths;
  for (const Key& key : schema()) {
    INFO(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK(std::string(key.description).size() > 5);
    CHECK(std::string(key.source).size() > 3);
  }
  CHECK(paths.size() ==
        106);  // members of SocConfig: 5 for each of 4 memories, 31 constants of the units' costs
}

TEST_CASE("schema: every default is itself a valid value") {
  for (const Key& key : schema()) {
    INFO(key.path);
    SocConfig config;
    const std::string text = text_of(key, config);
    CHECK_NOTHROW(assign(key, text, config));
    CHECK(canonical_of(key, config) == canonical_of(key, SocConfig{}));
  }
}

TEST_CASE("schema: every key writes a place of its own") {
  std::set<const void*> places;
  SocConfig config;
  for (const Key& key : schema()) {
    const void* place = std::visit([](auto* slot) -> const void* { return slot; }, key.slot(config));
    INFO(key.path);
    CHECK(places.insert(place).second);
  }
}

TEST_CASE("schema: docs/configuration.md is what the schema prints") {
  const auto bytes = read_file(EDGEBERT_DOCS "/configuration.md", "reference page");
  CHECK(std::string(bytes.begin(), bytes.end()) == schema_markdown());
}
