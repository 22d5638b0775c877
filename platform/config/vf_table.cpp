// SPDX-License-Identifier: Apache-2.0
#include "platform/config/vf_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "contract/file.hpp"
#include "platform/config/quantity.hpp"
#include "platform/config/text.hpp"
#include "platform/config/yaml_document.hpp"

namespace edgebert::config {
namespace {

constexpr std::size_t largest_table = 256;
constexpr double lowest_volts = 0.1;
constexpr double highest_volts = 2;
constexpr double lowest_hertz = 1e6;
constexpr double highest_hertz = 10e9;
constexpr std::array columns = {"voltage", "frequency", "source", "kind"};
constexpr std::array kinds = {"measured", "derived", "recalled", "assumed"};

Error refuse(const std::string& message) {
  return Error(Failure::config, message);
}

class TableReader {
 public:
  TableReader(const std::string& yaml, const std::filesystem::path& file)
      : document_(yaml, file, "a V/f table") {}

  std::vector<dvfs::VfPoint> points() const {
    document_.check_version(1);
    for (const auto& entry : document_.root()) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (key != "version" && key != "points")
        throw refuse(fmt::format("{}: unknown key '{}'; a V/f table has version and points",
                                 document_.at(entry.first), printable(key)));
    }
    const YAML::Node rows = document_.root()["points"];
    if (!rows || !rows.IsSequence() || rows.size() == 0 || rows.size() > largest_table)
      throw refuse(fmt::format("{}: points: expected 1 to {} rows of voltage, frequency, source and kind",
                               document_.at(rows ? rows : document_.root()), largest_table));
    std::vector<dvfs::VfPoint> points;
    for (const YAML::Node& row : rows) {
      const dvfs::VfPoint point = point_of(row);
      if (!points.empty()) check_above(row, point, points.back());
      points.push_back(point);
    }
    return points;
  }

 private:
  dvfs::VfPoint point_of(const YAML::Node& row) const {
    if (!row.IsMap()) throw refuse(document_.at(row) + ": expected voltage, frequency, source and kind");
    std::set<std::string> seen;
    for (const auto& entry : row) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::ranges::find(columns, key) == columns.end())
        throw refuse(fmt::format("{}: unknown column '{}'; a row has voltage, frequency, source and kind",
                                 document_.at(entry.first), printable(key)));
      if (!seen.insert(key).second)
        throw refuse(fmt::format("{}: {} stands twice in a row", document_.at(entry.first), key));
    }
    const double volts = number(row, "voltage", Unit::volts, lowest_volts, highest_volts);
    const double hertz = number(row, "frequency", Unit::hertz, lowest_hertz, highest_hertz);
    if (text(row, "source").empty())
      throw refuse(document_.at(row["source"]) + ": source: say where the point comes from");
    const std::string kind = text(row, "kind");
    if (std::ranges::find(kinds, kind) == kinds.end())
      throw refuse(fmt::format("{}: kind: '{}' is not one of {}", document_.at(row["kind"]), printable(kind),
                               fmt::join(kinds, ", ")));
    return {static_cast<std::uint32_t>(std::lround(volts * 1e6)),
            static_cast<std::uint32_t>(std::lround(hertz * 1e-3))};
  }

  std::string text(const YAML::Node& row, const char* column) const {
    const YAML::Node value = row[column];
    if (!value || !value.IsScalar())
      throw refuse(
          fmt::format("{}: {}: missing, or not one value", document_.at(value ? value : row), column));
    return value.Scalar();
  }

  double number(const YAML::Node& row, const char* column, Unit unit, double minimum, double maximum) const {
    const std::string written = text(row, column);
    try {
      const double value = parse_quantity(written, unit);
      if (value >= minimum && value <= maximum) return value;
      throw std::invalid_argument(fmt::format("{} is out of range; {} to {}", printable(written),
                                              format_quantity(minimum, unit),
                                              format_quantity(maximum, unit)));
    } catch (const std::invalid_argument& problem) {
      throw refuse(fmt::format("{}: {}: {}", document_.at(row[column]), column, problem.what()));
    }
  }

  void check_above(const YAML::Node& row, const dvfs::VfPoint& point, const dvfs::VfPoint& before) const {
    const auto check = [&](const char* column, std::uint32_t value, std::uint32_t last, double units,
                           Unit unit) {
      if (value > last) return;
      throw refuse(fmt::format("{}: {}: {} is not above {} of the row before it", document_.at(row[column]),
                               column, format_quantity(value / units, unit),
                               format_quantity(last / units, unit)));
    };
    check("voltage", point.microvolts, before.microvolts, 1e6, Unit::volts);
    check("frequency", point.kilohertz, before.kilohertz, 1e-3, Unit::hertz);
  }

  YamlDocument document_;
};

}  // namespace

std::vector<dvfs::VfPoint> vf_table_of(const std::string& yaml, const std::filesystem::path& file) {
  return TableReader(yaml, file).points();
}

std::vector<dvfs::VfPoint> read_vf_table(const std::filesystem::path& file) {
  const std::vector<std::uint8_t> bytes = read_file(file, "V/f table", Failure::config);
  return vf_table_of(std::string(bytes.begin(), bytes.end()), file);
}

}  // namespace edgebert::config
