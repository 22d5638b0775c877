// SPDX-License-Identifier: Apache-2.0
// Points of a sweep, what becomes of a process, and the tables; no process is started.
#include "contract/error.hpp"
#include "sim/sweep/campaign.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/points.hpp"
#include "sim/sweep/tables.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::sim;

namespace {

using Settings = std::vector<std::string>;

const char* const tiny = EDGEBERT_SOURCE_DIR "/configs/tiny.yaml";

std::vector<Point> points_of(const Settings& settings) {
  return sim::points_of(tiny, axes_of(settings));
}

std::string refusal(const Settings& settings, Failure failure = Failure::usage) {
  try {
    axes_of(settings);
  } catch (const Error& error) {
    CHECK(error.failure() == failure);
    return error.what();
  }
  return "accepted";
}

/// Two points: one with some cycles, one that was refused.
struct Example {
  std::vector<Point> points =
      sim::points_of(tiny, axes_of(Settings{"pu.vmac_lanes=8,12", "buffers.data=32 KiB"}));
  SweepReport report{
      "tiny", "abc", false, axes_of(Settings{"pu.vmac_lanes=8,12", "buffers.data=32 KiB"}), {}};

  Example() {
    const auto totals = nlohmann::ordered_json::parse(R"({
        "sentences": 1, "accuracy": null, "average_exit_layer": 2.0, "cycles": 1000, "simulated_seconds": 1e-6,
        "instructions": 7, "macs": 2500, "checks": {"tensors_compared": 0, "mismatches": 0},
        "units": [{"unit": "processing_unit", "busy_cycles": 500, "counters": {"macs": 2500}}]})");
    report.rows.push_back({&points[0], {}, {"done", ""}, PointResult{totals}});
    report.rows.push_back({&points[1], {}, {"config", "-12 is \"odd\", they say"}, std::nullopt});
  }
};

}  // namespace

TEST_CASE("sweep: points are the product, the last key fastest") {
  const auto points = points_of({"pu.vmac_lanes=2,64", "bus.width=4,8,16"});
  REQUIRE(points.size() == 6);
  CHECK(points[0].folder == "pu.vmac_lanes=2,bus.width=4");
  CHECK(points[1].folder == "pu.vmac_lanes=2,bus.width=8");
  CHECK(points[5].folder == "pu.vmac_lanes=64,bus.width=16");
  CHECK(points[5].soc->pu.vmac_lanes == 64);
  CHECK(points[5].soc->bus.width == 16);
  CHECK(points[5].soc->buffers.data == 32 * 1024);  // tiny.yaml's
}

TEST_CASE("sweep: one value has one name however it is written") {
  const Point plain = points_of({"memory.envm.size=2097152"}).front();
  const Point with_unit = points_of({"memory.envm.size=2 MiB"}).front();
  CHECK(plain.folder == "memory.envm.size=2MiB");
  CHECK(with_unit.folder == plain.folder);
  CHECK(with_unit.values[0].canonical == "2097152");
  CHECK(with_unit.config_hash == plain.config_hash);
}

TEST_CASE("sweep: folder names are file names, one a point") {
  const auto points = points_of({"model=a/b.image,a b.image,a%2Fb.image,../x"});
  CHECK(points[0].folder == "model=a%2Fb.image");
  CHECK(points[1].folder == "model=a%20b.image");
  CHECK(points[2].folder == "model=a%252Fb.image");
  CHECK(points[3].folder == "model=..%2Fx");
  const std::string longer(300, 'a');
  const auto long_ones = points_of({"model=" + longer + "b," + longer + "c"});
  CHECK(long_ones[0].folder.size() == 200);
  CHECK(long_ones[1].folder.size() == 200);
  CHECK(long_ones[0].folder != long_ones[1].folder);
}

TEST_CASE("sweep: a refused point says why, the others are resolved") {
  const auto points = points_of({"pu.vmac_lanes=8,12"});
  CHECK(points[0].soc);
  CHECK_FALSE(points[1].soc);
  CHECK(points[1].error ==
        "resolving the configuration: --set pu.vmac_lanes: 12 is not one of 2, 4, 8, 16, 32, 64");
}

TEST_CASE("sweep: settings that make no sweep are refused") {
  CHECK(refusal({}) == "sweep: give at least one --set key.path=value,value");
  CHECK(refusal({"pu.vmac_lanes=8,16,8"}) == "sweep: --set pu.vmac_lanes: 8 is given twice");
  CHECK(refusal({"exit.threshold=0.5,0.50 nat"}) == "sweep: --set exit.threshold: 0.50 nat is given twice");
  CHECK(refusal({"pu=8"}, Failure::config).starts_with("--set pu=8: 'pu' is a section with the keys "));
}

TEST_CASE("sweep: a range stands for its whole numbers") {
  const auto points = points_of({"faults.seed=3..5,9"});
  REQUIRE(points.size() == 4);
  CHECK(points[0].folder == "faults.seed=3");
  CHECK(points[2].folder == "faults.seed=5");
  CHECK(points[3].soc->faults.seed == 9);
  CHECK(refusal({"faults.seed=5..3"}) == "sweep: --set faults.seed: the range 5..3 goes down");
  CHECK(refusal({"faults.seed=1..3,2"}) == "sweep: --set faults.seed: 2 is given twice");
  CHECK(refusal({"faults.seed=0..100000"}) == "sweep: more than 100000 points; give fewer values");
  CHECK_FALSE(points_of({"exit.threshold=0..1"}).front().soc);  // does not count
}

TEST_CASE("sweep: trials that differ in the seed alone are a campaign") {
  const Settings settings = {"memory.envm.data_cell=mlc2,mlc3", "faults.seed=1..3"};
  const auto points = points_of(settings);
  SweepReport report{"tiny", "abc", false, axes_of(settings), {}};
  const double accuracy[] = {0.75, 0.75, 0.75, 0.5, 0.25, 0};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const nlohmann::ordered_json totals = {{"accuracy", accuracy[i]},
                                           {"faults", {{"wrong_bits", i < 3 ? 0 : 10 * i}}}};
    report.rows.push_back({&points[i], {}, {"done", ""}, PointResult{totals}});
  }
  report.rows.back().result.reset();
  report.rows.back().outcome = {"firmware", "it failed"};
  const auto campaigns = campaigns_of(report);
  REQUIRE(campaigns.size() == 2);
  CHECK(campaigns[0].values[0].canonical == "mlc2");
  CHECK(campaigns[0].unharmed == 3);
  CHECK(campaigns[0].accuracy->mean == 0.75);
  CHECK(campaigns[1].trials == 3);
  CHECK(campaigns[1].failed == 1);
  CHECK(campaigns[1].unharmed == 0);
  CHECK(campaigns[1].accuracy->mean == 0.375);
  CHECK(campaigns[1].accuracy->minimum == 0.25);
  CHECK(campaigns[1].accuracy->maximum == 0.5);
  CHECK(campaigns[1].wrong_bits->mean == 35);
  CHECK(campaigns_text(report, {})
            .find("       3       1         0           35.00   37.50 %   25.00 %   "
                  "50.00 %  mlc3\n") != std::string::npos);
  const auto json = nlohmann::json::parse(json_of(report))["campaigns"];
  CHECK(json[1]["set"]["memory.envm.data_cell"] == "mlc3");
  CHECK(json[1]["accuracy"]["min"] == 0.25);
  CHECK(csv_of(report).find(",wrong_bits,") != std::string::npos);
  CHECK(campaigns_of(Example().report).empty());
}

TEST_CASE("sweep: what a process ends with becomes a status") {
  const auto exited = [](int code) { return code << 8; };  // as waitpid has it
  CHECK(outcome_of(exited(0), "edgebert-sim: warning: cut off\n").status == "done");
  const Outcome refused = outcome_of(exited(6), "edgebert-sim: warning: w\nedgebert-sim: too big\n");
  CHECK(refused.status == "capacity");
  CHECK(refused.error == "too big");
  CHECK(outcome_of(exited(3), "").error == "the run ended with exit code 3; see its log");
  CHECK(outcome_of(exited(127), "").status == "crashed");
  const Outcome crashed = outcome_of(11, "edgebert-sim: warning: w\n");
  CHECK(crashed.status == "crashed");
  CHECK(crashed.error == "the run was ended by signal 11 (Segmentation fault)");
}

TEST_CASE("sweep: CSV") {
  const Example example;
  CHECK(csv_of(example.report) ==
        "pu.vmac_lanes,buffers.data,status,timing,sentences,cycles,seconds,instructions,macs,accuracy,"
        "average_exit_layer,energy_joules,area_mm2,macs_per_cycle,processing_unit.busy_cycles,processing_"
        "unit.macs,error\n"
        "8,32768,done,\"overlapped timing\",1,1000,1e-06,7,2500,,2.0,,,2.5,500,2500,\n"
        "12,32768,config,,,,,,,,,,,,,,\" -12 is \"\"odd\"\", they say\"\n");
}

TEST_CASE("sweep: cycles at an n without a published reference are marked wherever they stand") {
  const Settings settings = {"pu.vmac_lanes=2,4,64"};
  const auto points = points_of(settings);
  SweepReport report{"tiny", "abc", false, axes_of(settings), {}};
  for (const Point& point : points)
    report.rows.push_back({&point, {}, {"done", ""}, PointResult{{{"cycles", 1000}}}});
  const std::string text = text_of(report, {false, false}, 60);
  INFO(text);
  CHECK(text.find("           2    done  1,000*  ") != std::string::npos);
  CHECK(text.find("           4    done   1,000  ") != std::string::npos);
  CHECK(text.find("          64    done  1,000*  ") != std::string::npos);
  CHECK(text.find("\n* extrapolated: no published cycles at n = 2 and 64\n") != std::string::npos);
  const std::string csv = csv_of(report);
  INFO(csv);
  CHECK(csv.find("\n2,done,\"overlapped timing (extrapolated: no reference at this n)\",") !=
        std::string::npos);
  CHECK(csv.find("\n4,done,\"overlapped timing\",") != std::string::npos);
  const auto json = nlohmann::json::parse(json_of(report))["points"];
  CHECK(json[1]["timing"] == "overlapped timing");
  CHECK(json[2]["timing"] == "overlapped timing (extrapolated: no reference at this n)");
}

TEST_CASE("sweep: the table fits the width, keys and status stay") {
  const Example example;
  CHECK(text_of(example.report, {false, false}, 60) ==
        "  vmac_lanes    data  status  cycles  time  MAC/cycle  exit\n"
        "           8  32 KiB    done   1,000  1 us       2.50  2.00\n"
        "          12  32 KiB  config\n"
        "\n"
        "pu.vmac_lanes=12,buffers.data=32KiB\n"
        "-12 is \"odd\", they say\n");
  CHECK(text_of(example.report, {false, false}, 30).starts_with("  vmac_lanes    data  status\n"));
  const std::string wide = text_of(example.report, {false, false}, 100);
  CHECK(wide.find("  50.0 %") != std::string::npos);
  CHECK(wide.find("  ########") != std::string::npos);
}
