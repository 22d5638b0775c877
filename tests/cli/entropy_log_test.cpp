// SPDX-License-Identifier: Apache-2.0
// Recorded entropies and exit tables, and golden's exit rules on them: the averages of the published logs.
#include "sim/entropy_log.hpp"

#include <cmath>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "golden/exit_rules.hpp"
#include "sim/exit_table.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using namespace edgebert::sim;
using mailbox::ExitPolicy;

namespace {

const std::filesystem::path logs = std::filesystem::path(EDGEBERT_SOURCE_DIR) / "tests/data/entropy_logs";

struct Task {
  std::vector<std::vector<std::uint32_t>> sentences;
  std::uint32_t predict_layer;
  golden::PredictionTable table;
};

const Task& sst2() {
  static const Task task{read_entropy_log(logs / "sst2_dev_12layer_entropy.txt", 12, 2), 1,
                         golden_table(read_exit_table(logs / "lut_sst2.csv", 1, 12))};
  return task;
}
const Task& mnli() {
  static const Task task{read_entropy_log(logs / "mnli_dev_12layer_entropy.txt", 12, 3), 3,
                         golden_table(read_exit_table(logs / "lut_mnli_layer3.csv", 3, 12))};
  return task;
}

double average_exit(const Task& task, ExitPolicy policy, double threshold) {
  std::uint64_t sum = 0;
  for (const auto& entropies : task.sentences) {
    sum += golden::exit_decision(policy, entropies, entropy_word(threshold), task.predict_layer, task.table)
               .exit_layer;
  }
  return static_cast<double>(sum) / static_cast<double>(task.sentences.size());
}

/// A text file of these lines.
class File {
 public:
  explicit File(const std::string& content) : path(folder_.path() / "numbers") {
    write_file(path, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  }

 private:
  const test::TemporaryFolder folder_;

 public:
  const std::filesystem::path path;
};

template <typename Read>
std::string refusal(const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::input);
    return error.what();
  }
  return "accepted";
}

std::string rows_of_table(std::size_t rows, const std::string& behind) {
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) text += std::to_string(row / 100.0) + behind + "\n";
  return text;
}

}  // namespace

TEST_CASE("exit rules: published averages of the SST-2 log") {
  REQUIRE(sst2().sentences.size() == 872);
  const struct {
    ExitPolicy policy;
    double threshold, average;
  } rows[] = {{ExitPolicy::ee, 0.23, 4.30},
              {ExitPolicy::ee, 0.28, 3.94},
              {ExitPolicy::ee, 0.46, 2.70},
              {ExitPolicy::ee, 0.05, 6.69},
              {ExitPolicy::lai, 0.09, 5.25},
              {ExitPolicy::lai, 0.16, 3.90},
              {ExitPolicy::lai, 0.28, 3.05},
              {ExitPolicy::lai, 0.60, 1.39},
              {ExitPolicy::lai_predicted, 0.09, 7.78},
              {ExitPolicy::lai_predicted, 0.16, 4.91},
              {ExitPolicy::lai_predicted, 0.28, 3.65},
              {ExitPolicy::base, 0.28, 12.0}};
  for (const auto& row : rows) {
    INFO("policy " << static_cast<int>(row.policy) << " at " << row.threshold);
    CHECK(std::abs(average_exit(sst2(), row.policy, row.threshold) - row.average) <= 0.01);
  }
}

TEST_CASE("exit rules: published averages of the MNLI log, predicted behind layer 3") {
  REQUIRE(mnli().sentences.size() == 9799);
  CHECK(std::abs(average_exit(mnli(), ExitPolicy::ee, 0.40) - 9.22) <= 0.01);
  CHECK(std::abs(average_exit(mnli(), ExitPolicy::lai, 0.40) - 8.50) <= 0.01);
  CHECK(std::abs(average_exit(mnli(), ExitPolicy::lai_predicted, 0.40) - 9.49) <= 0.01);
}

TEST_CASE("exit rules: published histograms of the SST-2 log") {
  const auto histogram = [](ExitPolicy policy, double threshold) {
    std::vector<int> exits(12);
    for (const auto& entropies : sst2().sentences)
      ++exits[golden::exit_decision(policy, entropies, entropy_word(threshold), 1, sst2().table).exit_layer -
              1];
    return exits;
  };
  CHECK(histogram(ExitPolicy::ee, 0.28) == std::vector{153, 177, 128, 136, 105, 58, 31, 18, 5, 3, 3, 55});
  const std::vector<int> predicted = histogram(ExitPolicy::lai, 0.16);
  CHECK(std::vector(predicted.begin(), predicted.begin() + 7) == std::vector{67, 176, 106, 158, 161, 204, 0});
}

TEST_CASE("exit rules: the conservative policy leaves where early exit does") {
  for (const double threshold : {0.09, 0.28, 0.46}) {
    CHECK(average_exit(sst2(), ExitPolicy::lai_conservative, threshold) ==
          average_exit(sst2(), ExitPolicy::ee, threshold));
  }
}

TEST_CASE("exit rules: nearest row, the lower of two; first column below, else the last") {
  const golden::PredictionTable table{{{10, {50, 40, 30}}, {20, {90, 80, 70}}}};
  CHECK(table.index_below(0, 45) == 1);
  CHECK(table.index_below(15, 45) == 1);  // as far from both rows
  CHECK(table.index_below(16, 45) == 2);  // none below: the last
  CHECK(table.index_below(500, 75) == 2);
  CHECK(table.index_below(10, 50) == 1);  // strictly below
  CHECK(golden::predicted_layer(1, 0, 12) == 2);
  CHECK(golden::predicted_layer(1, 8, 12) == 10);
  CHECK(golden::predicted_layer(1, 9, 12) == 12);  // the published loop ends at layer 10
}

TEST_CASE("entropy log: words of 16 fraction bits, spaces, the limit") {
  const File file(" 0.5, 0.25,0\n0.69314718,0.1, -0.0000009 \r\n\n");
  const auto all = read_entropy_log(file.path, 3, 2);
  REQUIRE(all.size() == 2);
  CHECK(all[0] == std::vector<std::uint32_t>{32768, 16384, 0});
  CHECK(all[1] == std::vector<std::uint32_t>{45426, 6554, 0});
  CHECK(read_entropy_log(file.path, 3, 2, 1).size() == 1);
}

TEST_CASE("entropy log: refusals name file and line") {
  const auto message = [](const std::string& content) {
    const File file(content);
    const std::string text = refusal([&] { read_entropy_log(file.path, 3, 2); });
    const std::string name = file.path.string();
    return text.starts_with(name) ? text.substr(name.size()) : text;
  };
  CHECK(message("0,0,0\n0,0\n") == ":2: 2 columns; expected 3 numbers separated by commas");
  CHECK(message("0,0,0\n0,0,0,0\n") == ":2: 4 columns; expected 3 numbers separated by commas");
  CHECK(message("0,0,0\n\n0,0,0\n") == ":2: 0 columns; expected 3 numbers separated by commas");
  CHECK(message("0,,0\n") == ":1: column 2: '' is not a number");
  CHECK(message("0,0,nan\n") == ":1: column 3: 'nan' is not a number");
  CHECK(message("0,0,0.7\n") == ":1: column 3: entropy 0.7 is outside 0 to 0.693147, ln 2 classes");
  CHECK(message("0,0,0.69315\n") == ":1: column 3: entropy 0.69315 is outside 0 to 0.693147, ln 2 classes");
  CHECK(message("-0.000002,0,0\n") == ":1: column 1: entropy -2e-06 is outside 0 to 0.693147, ln 2 classes");
}

TEST_CASE("exit table: size, order and range") {
  const auto message = [](const std::string& content, std::uint32_t predict_layer = 1) {
    const File file(content);
    const std::string text = refusal([&] { read_exit_table(file.path, predict_layer, 4); });
    const std::size_t at = text.find("numbers");
    return at == std::string::npos ? text : text.substr(at + 7);
  };
  CHECK(message(rows_of_table(100, ",0.1,0.1")) == "accepted");
  CHECK(message(rows_of_table(99, ",0.1,0.1")) == ":99: the table ends after 99 rows; an exit table has 100");
  CHECK(message(rows_of_table(101, ",0.1,0.1")) ==
        ":101: the table ends after 101 rows; an exit table has 100");
  CHECK(message(rows_of_table(100, ",0.1")) == ":1: 2 columns; expected 3 numbers separated by commas");
  CHECK(message("0.5,0,0\n0.5,0,0\n") == ":2: the first column must ascend; 0.5 follows 0.5");
  CHECK(message("0,0,-0.1\n") == ":1: column 3: entropy -0.1 is outside 0 to 4.159");
  CHECK(message("0,0,0\n", 3).find("behind layer 3 of 4; layers 1 to 2 can predict") != std::string::npos);
}
