// SPDX-License-Identifier: Apache-2.0
// A configuration written and read back has the same values.
#include "platform/config/writer.hpp"

#include "platform/config/loader.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::config;

namespace {

void check_comes_back(const SocConfig& written) {
  const Loaded read = load_text(yaml_of(written), "written.yaml");
  CHECK(read.hash == hash_of(written));
  for (const Key& key : schema()) {
    INFO(key.path);
    CHECK(canonical_of(key, read.soc) == canonical_of(key, written));
  }
  for (const Resolved& value : read.values) {
    INFO(value.key->path);
    CHECK(value.origin != "default");
  }
}

}  // namespace

TEST_CASE("writer: the shipped configurations come back") {
  check_comes_back(load(EDGEBERT_CONFIGS "/edgebert.yaml").soc);
  check_comes_back(load(EDGEBERT_CONFIGS "/tiny.yaml").soc);
}

TEST_CASE("writer: text that YAML would take for something else comes back") {
  for (const char* text :
       {"", "true", "12", "a: b", "# no comment", "say \"so\" \\ here", " blanks ", "caf\xc3\xa9"}) {
    INFO(text);
    SocConfig config;
    config.model = text;
    check_comes_back(config);
  }
}

TEST_CASE("writer: numbers come back exactly") {
  SocConfig config;
  config.exit.threshold = 0.1 + 0.2;
  config.clocks.accelerator_hz = 717.0e6 / 3;
  config.memory.weight_memory.read_latency_ns = 1.0 / 3;
  config.buffers.data = 33 * 1024;
  check_comes_back(config);
}
