// SPDX-License-Identifier: Apache-2.0
// V/f tables: the shipped ones, what is refused and where, and how they meet the rest of a configuration.
#include "platform/config/vf_table.hpp"

#include "contract/error.hpp"
#include "platform/config/loader.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::config;

namespace {

constexpr const char* head = "version: 1\npoints:\n";

std::string row(const std::string& voltage, const std::string& frequency) {
  return "  - {voltage: " + voltage + ", frequency: " + frequency + ", source: slide 35, kind: measured}\n";
}

std::string refusal(const std::string& yaml) {
  try {
    vf_table_of(yaml, "vf.yaml");
  } catch (const edgebert::Error& error) {
    CHECK(error.failure() == Failure::config);
    return error.what();
  }
  return "accepted";
}

/// Of a configuration beside the shipped ones.
std::string refused_config(const std::string& lines) {
  try {
    load_text("version: 1\n" + lines, EDGEBERT_CONFIGS "/soc.yaml");
  } catch (const edgebert::Error& error) {
    CHECK(error.failure() == Failure::config);
    return std::string(error.what()).substr(std::string(EDGEBERT_CONFIGS).size() + 1);
  }
  return "accepted";
}

}  // namespace

TEST_CASE("V/f table: the shipped tables") {
  CHECK(read_vf_table(EDGEBERT_CONFIGS "/vf/edgebert-12nm.yaml") == dvfs::default_points);
  const auto chip = read_vf_table(EDGEBERT_CONFIGS "/vf/gf12-stp.yaml");
  CHECK(chip == std::vector<dvfs::VfPoint>{{620'000, 76'800},
                                           {680'000, 336'000},
                                           {780'000, 480'000},
                                           {860'000, 585'600},
                                           {1'000'000, 716'800}});
  CHECK(load(EDGEBERT_CONFIGS "/stp-isscc23.yaml").soc.dvfs.points == chip);
}

TEST_CASE("V/f table: refused with file, line and column") {
  CHECK(refusal("version: 1\n") ==
        "vf.yaml:1:1: points: expected 1 to 256 rows of voltage, frequency, source and kind");
  CHECK(refusal("version: 1\npoints: []\n").starts_with("vf.yaml:2:9: points: expected 1 to 256 rows"));
  CHECK(refusal("version: 2\npoints: []\n").starts_with("vf.yaml:1:10: version: '2' is not supported"));
  CHECK(refusal("version: 1\npoint: []\n") ==
        "vf.yaml:2:1: unknown key 'point'; a V/f table has version and points");
  CHECK(refusal(head + row("0.7 V", "100 MHz") + row("0.7 V", "200 MHz")) ==
        "vf.yaml:4:15: voltage: 0.7 V is not above 0.7 V of the row before it");
  CHECK(refusal(head + row("0.7 V", "200 MHz") + row("0.8 V", "100 MHz")) ==
        "vf.yaml:4:33: frequency: 100 MHz is not above 200 MHz of the row before it");
  CHECK(refusal(head + row("7 V", "200 MHz")) == "vf.yaml:3:15: voltage: 7 V is out of range; 100 mV to 2 V");
  CHECK(refusal(head + row("0.7 V", "nan")).starts_with("vf.yaml:3:33: frequency: 'nan' is not a number"));
  CHECK(refusal(head + row("0.7 Hz", "1 GHz")).starts_with("vf.yaml:3:15: voltage: "));
  const std::string begin = std::string(head) + "  - {voltage: 0.7 V, frequency: 1 GHz, ";
  CHECK(refusal(begin + "kind: measured}\n") == "vf.yaml:3:5: source: missing, or not one value");
  CHECK(refusal(begin + "source: x, kind: guessed}\n") ==
        "vf.yaml:3:57: kind: 'guessed' is not one of measured, derived, recalled, assumed");
  CHECK(
      refusal(begin + "source: x, kind: measured, f: 1}\n").starts_with("vf.yaml:3:67: unknown column 'f'"));
  CHECK(refusal(begin + "source: x, source: y, kind: measured}\n") ==
        "vf.yaml:3:51: source stands twice in a row");
}

TEST_CASE("configuration: the V/f table is part of the hash; clock, regulator and oscillator must meet") {
  const auto chip_table = load_text(
      "version: 1\nclocks: {accelerator: 700 MHz}\ndvfs: {table: vf/gf12-stp.yaml, "
      "ldo: {voltage_max: 1 V}}\n",
      EDGEBERT_CONFIGS "/soc.yaml");
  SocConfig other = chip_table.soc;
  other.dvfs.points = dvfs::default_points;
  CHECK(hash_of(other) != chip_table.hash);

  CHECK(refused_config("clocks: {accelerator: 1.1 GHz}\n") ==
        "soc.yaml:2:23: clocks.accelerator: 1.1 GHz is above 1 GHz, the fastest clock of the V/f table at a "
        "voltage of the regulator (dvfs.table, dvfs.ldo)");
  CHECK(refused_config("dvfs: {ldo: {voltage_max: 0.7 V}}\n")
            .starts_with("soc.yaml: clocks.accelerator: 1 GHz is above 824 MHz"));
  CHECK(refused_config("dvfs: {ldo: {voltage_max: 0.4 V}}\n")
            .starts_with("soc.yaml: dvfs.ldo.voltage_min: 500 mV is above dvfs.ldo.voltage_max, 400 mV"));
  CHECK(refused_config("dvfs: {adpll: {frequency_max: 500 MHz}}\n")
            .starts_with("soc.yaml: clocks.accelerator: 1 GHz is outside of dvfs.adpll"));
  CHECK(refused_config("dvfs: {table: none.yaml}\n").find("none.yaml") != std::string::npos);
}
