// SPDX-License-Identifier: Apache-2.0
// Reading configurations: the shipped files, origins, the hash, and the exact words of each refusal.
#include "platform/config/loader.hpp"

#include "contract/error.hpp"
#include "platform/config/locate.hpp"
#include "platform/config/timing_preset.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::config;

namespace {

using Overrides = std::vector<std::string>;

Loaded loaded(const std::string& yaml, const Overrides& overrides = {}) {
  return load_text(yaml, "soc.yaml", overrides);
}

/// The message of a refusal, which must be one line of kind `config`.
std::string refusal(const std::string& yaml, const Overrides& overrides = {}) {
  try {
    loaded(yaml, overrides);
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::config);
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  return "accepted";
}

const Resolved& value_of(const Loaded& config, const std::string& path) {
  for (const Resolved& value : config.values) {
    if (path == value.key->path) return value;
  }
  throw std::out_of_range(path);
}

}  // namespace

TEST_CASE("loader: edgebert.yaml writes out exactly the defaults") {
  const Loaded file = load(EDGEBERT_CONFIGS "/edgebert.yaml");
  CHECK(file.hash == hash_of(SocConfig{}));
  CHECK(file.soc.model == "sst2-small.image");
  for (const Resolved& value : file.values) {
    INFO(value.key->path);
    CHECK(value.origin != "default");
  }
  // The figure's buffers and the eNVM, and n of the published model.
  CHECK(file.soc.buffers.data == 131072);
  CHECK(file.soc.buffers.mask == 16384);
  CHECK(file.soc.buffers.auxiliary == 32768);
  CHECK(file.soc.memory.envm.size == 2097152);
  CHECK(file.soc.memory.weight_memory.size == 33554432);
  CHECK(file.soc.pu.vmac_lanes == 16);
}

TEST_CASE("loader: tiny.yaml is the small SoC") {
  const Loaded file = load(EDGEBERT_CONFIGS "/tiny.yaml");
  CHECK(file.soc.name == "tiny");
  CHECK(file.soc.pu.vmac_lanes == 8);
  CHECK(file.soc.buffers.data == 32768);
  CHECK(file.soc.buffers.mask == 4096);
  CHECK(file.soc.buffers.auxiliary == 16384);
  CHECK(file.soc.exit.threshold == 0.5);
  CHECK(file.soc.sequence.pad == SequencePad::actual);
}

TEST_CASE("loader: every value knows where it comes from") {
  const Loaded config = loaded("version: 1\npu:\n  vmac_lanes: 32\nclocks: {core: 250 MHz}\n",
                               {"exit.threshold=0.1", "clocks.core=300 MHz"});
  CHECK(value_of(config, "pu.vmac_lanes").origin == "soc.yaml:3");
  CHECK(value_of(config, "exit.threshold").origin == "--set");
  CHECK(value_of(config, "clocks.core").origin == "--set");
  CHECK(value_of(config, "clocks.core").text == "300 MHz");
  CHECK(value_of(config, "buffers.data").origin == "default");
  CHECK(value_of(config, "buffers.data").text == "128 KiB");
}

TEST_CASE("loader: the hash sees results and nothing else") {
  const std::string base = loaded("version: 1").hash;
  CHECK(base.size() == 64);
  CHECK(loaded("version: 1", {"core.quantum=1"}).hash == base);
  CHECK(loaded("version: 1", {"limits.wall_time=5"}).hash == base);
  CHECK(loaded("version: 1", {"model=other.image", "firmware=other.elf", "name=other"}).hash == base);
  CHECK(loaded("version: 1", {"buffers.data=131072"}).hash == base);  // another spelling of the default
  for (const char* changed :
       {"pu.vmac_lanes=8", "exit.threshold=0.2", "timing.preset=serial", "sequence.pad=actual",
        "memory.envm.read_latency=3", "limits.simulated_time=1"}) {
    INFO(changed);
    CHECK(loaded("version: 1", {changed}).hash != base);
  }
}

TEST_CASE("loader: constants of the cost formulas follow preset and lanes unless they are given") {
  const SocConfig serial = loaded("version: 1\ntiming: {preset: serial, sfu: {data_read: 5}}").soc;
  CHECK(serial.timing.pu.handover == 1);
  CHECK(serial.timing.pu.stalls.later_tile == 8);
  CHECK(serial.timing.sfu.softmax.command == 9);
  CHECK(serial.timing.sfu.data_read == 5);
  CHECK(timing_label(serial) == "serial timing with constants of its own");

  const Loaded wide = loaded("version: 1", {"pu.vmac_lanes=32", "timing.preset=serial"});
  CHECK(wide.soc.timing.pu.stalls.later_tile == 40);
  CHECK(timing_label(wide.soc) == "serial timing");
  for (const Resolved& value : wide.values) {
    if (value.key->path == "timing.preset") CHECK(value.origin == "--set");
    if (value.key->path == "timing.pu.stall.later_tile") CHECK(value.origin == "timing.preset");
  }
  CHECK(loaded("version: 1", {"timing.sfu.data_read=1"}).hash != loaded("version: 1").hash);
}

TEST_CASE("timing: another n takes the constants that follow n, and keeps those of the configuration's own") {
  const SocConfig config = loaded("version: 1\ntiming: {preset: serial, pu: {load: 3}}").soc;
  const SocConfig wide = with_lanes(config, 32);
  CHECK(wide.pu.vmac_lanes == 32);
  CHECK(wide.timing.pu.stalls.later_tile == 40);
  CHECK(wide.timing.pu.load == 3);
  CHECK(own_timing(wide).size() == 1);
  CHECK(timing_label(with_lanes(loaded("version: 1").soc, 64)) ==
        "overlapped timing (extrapolated: no reference at this n)");
}

TEST_CASE("loader: the presets of published machines") {
  const SocConfig cmodel = load(EDGEBERT_CONFIGS "/cmodel.yaml").soc;
  CHECK(cmodel.timing.preset() == TimingPreset::serial);
  CHECK(own_timing(cmodel).empty());
  CHECK(cmodel.buffers.data == 64 * 1024);
  CHECK(cmodel.buffers.mask == 8 * 1024);
  CHECK(cmodel.buffers.auxiliary == 4 * 1024);
  const SocConfig chip = load(EDGEBERT_CONFIGS "/stp-isscc23.yaml").soc;
  CHECK(chip.timing.preset() == TimingPreset::overlapped);
  CHECK(own_timing(chip).empty());
  CHECK(chip.buffers.data == 256 * 1024);
  CHECK(chip.embedding.store == EmbeddingStore::dram);
  CHECK(chip.clocks.accelerator_hz == 716.8e6);
}

TEST_CASE("loader: unknown keys name the place, the path and the nearest valid key") {
  CHECK(refusal("version: 1\npu:\n  vmac_lane: 16\n") ==
        "soc.yaml:3:3: unknown key 'pu.vmac_lane'; the nearest valid key is 'pu.vmac_lanes'");
  CHECK(refusal("version: 1\nbuffer:\n  data: 1\n") ==
        "soc.yaml:2:1: unknown key 'buffer'; the nearest valid key is 'buffers'");
  CHECK(refusal("version: 1\nmemory:\n  envm: {siz: 1}\n") ==
        "soc.yaml:3:10: unknown key 'memory.envm.siz'; the nearest valid key is 'memory.envm.size'");
  CHECK(refusal("version: 1\npu: &x {vmac_lanes: 8}\nexit:\n  <<: *x\n")
            .starts_with("soc.yaml:4:3: unknown key 'exit.<<'; the nearest valid key is "));
  CHECK(refusal("version: 1\n\"bad\\nkey\": 1\n").starts_with("soc.yaml:2:1: unknown key 'bad\\x0akey'; "));
}

TEST_CASE("loader: duplicate keys are refused at every level") {
  CHECK(refusal("version: 1\nname: a\nname: b\n") ==
        "soc.yaml:3:1: duplicate key 'name'; it stands at line 2 already");
  CHECK(refusal("version: 1\npu: {vmac_lanes: 8, vmac_lanes: 16}\n") ==
        "soc.yaml:2:21: duplicate key 'pu.vmac_lanes'; it stands at line 2 already");
  CHECK(refusal("version: 1\npu: {vmac_lanes: 8}\npu: {vmac_lanes: 8}\n") ==
        "soc.yaml:3:1: duplicate key 'pu'; it stands at line 2 already");
  CHECK(refusal("version: 1\nversion: 1\n") ==
        "soc.yaml:2:1: duplicate key 'version'; it stands at line 1 already");
}

TEST_CASE("loader: keys with dots, which would hide duplicates, and overlong ones are refused") {
  CHECK(refusal("version: 1\npu.vmac_lanes: 8\npu:\n  vmac_lanes: 4\n") ==
        "soc.yaml:2:1: unknown key 'pu.vmac_lanes'; in a file sections nest, dots are for --set");
  CHECK(refusal("version: 1\nmemory:\n  envm.size: 1 MiB\n") ==
        "soc.yaml:3:3: unknown key 'memory.envm.size'; in a file sections nest, dots are for --set");
  CHECK(refusal("version: 1\n" + std::string(1000, 'x') + ": 1\n").size() < 250);
}

TEST_CASE("loader: values out of range, of another kind or unit are refused") {
  CHECK(refusal("version: 1\npu:\n  vmac_lanes: 12\n") ==
        "soc.yaml:3:15: pu.vmac_lanes: 12 is not one of 2, 4, 8, 16, 32, 64");
  CHECK(refusal("version: 1\nbuffers: {data: 64 MiB}\n") ==
        "soc.yaml:2:17: buffers.data: 64 MiB is out of range; 4 KiB to 16 MiB");
  CHECK(refusal("version: 1\nbuffers: {data: 5000}\n") ==
        "soc.yaml:2:17: buffers.data: 5000 is not a multiple of 1 KiB");
  CHECK(refusal("version: 1\ncore: {quantum: 1.5}\n") ==
        "soc.yaml:2:17: core.quantum: 1.5 is not a whole number");
  CHECK(refusal("version: 1\nclocks: {core: 1 GB}\n") ==
        "soc.yaml:2:16: clocks.core: '1 GB' has the unknown unit 'GB'; units here: Hz, kHz, MHz, GHz");
  CHECK(refusal("version: 1\nexit: {threshold: -0.1}\n") ==
        "soc.yaml:2:19: exit.threshold: -0.1 is out of range; 0 nat to 4.2 nat");
  CHECK(refusal("version: 1\nnumerics: float\n") ==
        "soc.yaml:2:11: numerics: 'float' is not one of exact, published-cmodel");
  CHECK(refusal("version: 1\nmemory: {envm: {size: 512 MiB}}\n") ==
        "soc.yaml:2:23: memory.envm.size: 512 MiB is out of range; 4 KiB to 256 MiB");
  CHECK(refusal("version: 1\npu: 16\n") == "soc.yaml:2:1: pu: expected a section with the keys vmac_lanes");
  CHECK(refusal("version: 1\nbuffers:\n") ==
        "soc.yaml:2:1: buffers: expected a section with the keys data, mask, auxiliary");
  CHECK(refusal("version: 1\nname: [a]\n") == "soc.yaml:2:1: name: expected one value (text)");
  CHECK(refusal("version: 1\npu: {vmac_lanes: }\n") ==
        "soc.yaml:2:6: pu.vmac_lanes: expected one value (2, 4, 8, 16, 32, 64)");
  CHECK(refusal("version: 1\nname: \"a\\eb\"\n") ==
        "soc.yaml:2:7: name: 'a\\x1bb' has characters that do not print");
}

TEST_CASE("loader: the eNVM's read latency follows its cells unless it is given") {
  const auto latency = [](const std::vector<std::string>& overrides) {
    return loaded("version: 1\n", overrides).soc.memory.envm.read_latency_ns;
  };
  CHECK(latency({}) == 2);
  CHECK(latency({"memory.envm.data_cell=mlc3"}) == 4);
  CHECK(latency({"memory.envm.mask_cell=mlc3"}) == 4);
  CHECK(latency({"memory.envm.data_cell=slc", "memory.envm.clock=250 MHz"}) == 4);
  CHECK(latency({"memory.envm.data_cell=mlc3", "memory.envm.read_latency=3 ns"}) == 3);
  CHECK(value_of(loaded("version: 1\n"), "memory.envm.read_latency").origin == "memory.envm.data_cell");
}

TEST_CASE("loader: faults that make no sense are refused where they stand") {
  CHECK(refusal("version: 1\nfaults: {memory: weight_memory}\n") ==
        "soc.yaml:2:18: faults.memory: only the eNVM has cells; set faults.model: bit_error_rate and "
        "faults.rate");
  CHECK(refusal("version: 1\nembedding: {store: dram}\nfaults: {memory: envm}\n") ==
        "soc.yaml:3:18: faults.memory: the eNVM is empty with embedding.store: dram");
  CHECK(refusal("version: 1\nfaults: {memory: envm, rate: 1e-6}\n") ==
        "soc.yaml:2:30: faults.rate: the cells say how often they err; set faults.model: bit_error_rate");
  CHECK(
      refusal("version: 1\nfaults: {rate: 0.6}\n").starts_with("soc.yaml:2:16: faults.rate: 0.6 is out of"));
  CHECK(refusal("version: 1\nmemory: {envm: {data_cell: mlc4}}\n") ==
        "soc.yaml:2:28: memory.envm.data_cell: 'mlc4' is not one of slc, mlc2, mlc3");
  CHECK(refusal("version: 1\nfaults: {memory: envm, seed: 1.5}\n")
            .starts_with("soc.yaml:2:30: faults.seed: 1.5 is not a whole number"));
  CHECK(refusal("version: 1\nfaults: {memory: system_sram, model: bit_error_rate, rate: 1e-6}\n") ==
        "accepted");
}

TEST_CASE("loader: mask buffers must cover the data buffers") {
  CHECK(refusal("version: 1\nbuffers: {mask: 8 KiB}\n") ==
        "soc.yaml:2:17: buffers.mask: 8 KiB hold masks of 64 KiB data, but buffers.data is 128 KiB; raise "
        "buffers.mask or lower buffers.data");
  CHECK(refusal("version: 1\nbuffers: {data: 256 KiB}\n")
            .starts_with("soc.yaml:2:17: buffers.mask: 16 KiB hold"));
  CHECK(refusal("version: 1", {"buffers.data=129 KiB"}).starts_with("--set: buffers.mask: 16 KiB hold"));
  CHECK(refusal("version: 1", {"buffers.data=256 KiB", "buffers.mask=32 KiB"}) == "accepted");
}

TEST_CASE("loader: what is not a configuration at all") {
  CHECK(refusal("") == "soc.yaml:1:1: the file is empty; it needs at least 'version: 1'");
  CHECK(refusal("name: x\n") == "soc.yaml:1:1: version: missing; add 'version: 1'");
  CHECK(refusal("version: 2\n") ==
        "soc.yaml:1:10: version: '2' is not supported; this program reads version 1");
  CHECK(refusal("- a\n") == "soc.yaml:1:1: expected keys and values, starting with 'version: 1'");
  CHECK(refusal("version: 1\npu: {vmac_lanes: 8\n").starts_with("soc.yaml:2:1: not YAML: "));
  CHECK(refusal("version: 1\nname: \"open\npu:\n  vmac_lanes: 8\n").find("not YAML") != std::string::npos);
  CHECK(refusal(std::string("version: 1\nname: a\0b\n", 21)) ==
        "soc.yaml: byte 18 is a control character (\\x00)");
  CHECK(refusal("version: 1\n---\nversion: 1\n") ==
        "soc.yaml:3:1: a second YAML document; a configuration is one");
  CHECK(refusal("version: 1\nname: caf\xe9\n") == "soc.yaml: byte 20 is not UTF-8");
  CHECK(refusal("version: 1\n{a: b}: 1\n") == "soc.yaml:2:1: a key must be plain text");
  CHECK(refusal(std::string(2 << 20, ' ')) == "soc.yaml: 2097152 bytes is too long for a configuration");
  CHECK(refusal("version: 1\nname: " + std::string(600, '[')).find("not YAML") != std::string::npos);
  CHECK_THROWS_WITH(load("/nonexistent/soc.yaml"),
                    "cannot read configuration '/nonexistent/soc.yaml': No such file or directory");
}

TEST_CASE("loader: overrides are checked like the file") {
  CHECK(refusal("version: 1", {"pu.vmac_lane=8"}) ==
        "--set pu.vmac_lane=8: unknown key 'pu.vmac_lane'; the nearest valid key is 'pu.vmac_lanes'");
  CHECK(refusal("version: 1", {"pu.vmac_lanes=7"}) ==
        "--set pu.vmac_lanes: 7 is not one of 2, 4, 8, 16, 32, 64");
  CHECK(refusal("version: 1", {"pu.vmac_lanes"}) == "--set pu.vmac_lanes: expected key.path=value");
  CHECK(refusal("version: 1", {"=1"}) == "--set =1: expected key.path=value");
  CHECK(refusal("version: 1", {"pu=1"}) == "--set pu=1: 'pu' is a section with the keys vmac_lanes");
  CHECK(refusal("version: 1", {"version=2"}) ==
        "--set version: the file states its version; it cannot be overridden");
  CHECK(refusal("version: 1", {"name=a", "name=b"}) == "--set name: given twice");
  CHECK(loaded("version: 1", {"name=a=b"}).soc.name == "a=b");
}

TEST_CASE("locate: the first folder that has it, or all that were tried") {
  CHECK(locate("tiny.yaml", {"/nonexistent", EDGEBERT_CONFIGS}, "file", Failure::image) ==
        std::filesystem::path(EDGEBERT_CONFIGS) / "tiny.yaml");
  CHECK(locate(EDGEBERT_CONFIGS "/tiny.yaml", {"/nonexistent"}, "file", Failure::image) ==
        std::filesystem::path(EDGEBERT_CONFIGS) / "tiny.yaml");
  CHECK_THROWS_WITH(locate("no.image", {"/a", "/b", "/a"}, "model image", Failure::image),
                    "cannot find model image 'no.image': looked for '/a/no.image', '/b/no.image'");
}
