// SPDX-License-Identifier: Apache-2.0
// An energy table from YAML, as strict as a configuration: what is refused says where it stands.
#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "contract/file.hpp"
#include "platform/config/quantity.hpp"
#include "platform/config/text.hpp"
#include "platform/config/yaml_document.hpp"
#include "platform/energy/energy_table.hpp"

namespace edgebert::energy {
namespace {

constexpr int table_version = 1;
constexpr std::size_t longest_text = 1000;
constexpr double highest_volts = 10;
constexpr double largest_value = 1e9;
constexpr double coldest = -273.15;
constexpr double hottest = 500;
constexpr double leakage_exponent = 3;
constexpr double largest_exponent = 20;

enum class Section { dynamic, leakage, area };
constexpr const char* section_names[] = {"dynamic", "leakage", "area"};
constexpr const char* base_measures[] = {"pJ", "mW", "mm2"};

Error refuse(const std::string& message) {
  return Error(Failure::config, message);
}

std::string join(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

bool is_in(Section section, Item item) {
  return is_leakage(item) == (section == Section::leakage) && !from_configuration(item);
}

/// Units, or domains, in the order of items.
std::vector<std::string> units_of(Section section) {
  std::vector<std::string> units;
  for (Item item = 0; item < item_count; ++item) {
    if (!is_in(section, item)) continue;
    if (units.empty() || units.back() != unit_of(item)) units.push_back(unit_of(item));
  }
  return units;
}

std::vector<std::string> actions_of(Section section, const std::string& unit) {
  std::vector<std::string> actions;
  for (Item item = 0; item < item_count; ++item) {
    if (is_in(section, item) && unit == unit_of(item)) actions.push_back(action_of(item));
  }
  return actions;
}

Item item_named(Section section, const std::string& unit, const std::string& action) {
  Item item = 0;
  while (is_leakage(item) != (section == Section::leakage) || unit != unit_of(item) ||
         action != action_of(item))
    ++item;
  return item;
}

/// What an item may be multiplied by: only memories have a size.
bool has_size(const std::string& block) {
  const std::vector<std::string> sized = {"accelerator_buffers", "buffers", "system_sram", "weight_memory",
                                          "envm"};
  return std::ranges::find(sized, block) != sized.end();
}

/// The keys of a map that are there, each once.
using Entries = std::map<std::string, YAML::Node>;

}  // namespace

class TableReader {
 public:
  TableReader(const std::string& yaml, const std::filesystem::path& file)
      : document_(yaml, file, "an energy table") {}

  EnergyTable read() {
    document_.check_version(table_version);
    Entries top = entries(
        document_.root(), "",
        {"version", "name", "technology", "temperature", "nominal_voltage", "dynamic", "leakage", "area"});
    table_.file_ = document_.name();
    table_.name_ = text(required(top, document_.root(), "name"), "name");
    technology_ = text(required(top, document_.root(), "technology"), "technology");
    celsius_ = number(required(top, document_.root(), "temperature"), "temperature", coldest, hottest);
    table_.nominal_volts_ = volts(required(top, document_.root(), "nominal_voltage"), "nominal_voltage");
    canonical_ = fmt::format("name={}\nnominal={}\n", table_.name_, table_.nominal_volts_);
    read_items(Section::dynamic, required(top, document_.root(), "dynamic"));
    read_items(Section::leakage, required(top, document_.root(), "leakage"));
    read_areas(required(top, document_.root(), "area"));
    table_.hash_ = sha256_of({reinterpret_cast<const std::uint8_t*>(canonical_.data()), canonical_.size()});
    return std::move(table_);
  }

 private:
  void read_items(Section section, const YAML::Node& node) {
    const std::string name = section_names[static_cast<int>(section)];
    for (const auto& [unit, actions] : entries(node, name, units_of(section))) {
      const std::string below = name + "." + unit;
      for (const auto& [action, value] : entries(actions, below, actions_of(section, unit)))
        table_.rows_[item_named(section, unit, action)] = row(section, value, below + "." + action, unit);
    }
  }

  void read_areas(const YAML::Node& node) {
    for (const auto& [block, value] : entries(node, "area", area_blocks()))
      table_.areas_[block] = row(Section::area, value, "area." + block, block);
  }

  Row row(Section section, const YAML::Node& node, const std::string& path, const std::string& block) {
    const Entries keys = entries(
        node, path,
        {"value", "points", "measure", "voltage", "exponent", "temperature", "technology", "kind", "source"});
    const auto has = [&](const char* key) { return keys.contains(key); };
    Row row;
    row.kind = kind(required(keys, node, "kind", path), path + ".kind");
    row.source = text(required(keys, node, "source", path), path + ".source");
    row.technology = has("technology") ? text(keys.at("technology"), path + ".technology") : technology_;
    row.celsius = has("temperature") ? number(keys.at("temperature"), path + ".temperature", coldest, hottest)
                                     : celsius_;
    row.scale = scale(section, required(keys, node, "measure", path), path + ".measure", block);
    row.exponent = section == Section::leakage ? leakage_exponent : 2;
    if (has("exponent")) {
      if (section != Section::leakage)
        throw refuse(fmt::format("{}: {}.exponent: only leakage has one; dynamic energy goes with V^2",
                                 document_.at(keys.at("exponent")), path));
      row.exponent = number(keys.at("exponent"), path + ".exponent", 0, largest_exponent);
    }
    if (has("points") == has("value"))
      throw refuse(fmt::format("{}: {}: give either value or points", document_.at(node), path));
    if (has("points")) {
      row.points = points(section, keys.at("points"), path + ".points");
      for (const char* key : {"voltage", "exponent"}) {
        if (has(key))
          throw refuse(fmt::format("{}: {}.{}: points have voltages of their own", document_.at(keys.at(key)),
                                   path, key));
      }
    } else {
      const bool needs_voltage = section != Section::area;
      if (needs_voltage != has("voltage"))
        throw refuse(fmt::format("{}: {}.voltage: {}", document_.at(node), path,
                                 needs_voltage ? "missing" : "an area has none"));
      row.points = {{needs_voltage ? volts(keys.at("voltage"), path + ".voltage") : 0,
                     number(keys.at("value"), path + ".value", 0, largest_value)}};
    }
    note(path, row);
    return row;
  }

  std::vector<Point> points(Section section, const YAML::Node& node, const std::string& path) {
    if (section == Section::area || !node.IsSequence() || node.size() < 2) {
      throw refuse(fmt::format("{}: {}: expected a list of at least two {{voltage, value}}{}",
                               document_.at(node), path,
                               section == Section::area ? ", not for an area" : ""));
    }
    std::vector<Point> points;
    for (std::size_t i = 0; i < node.size(); ++i) {
      const std::string below = fmt::format("{}[{}]", path, i);
      const Entries keys = entries(node[i], below, {"voltage", "value"});
      const Point point{volts(required(keys, node[i], "voltage", below), below + ".voltage"),
                        number(required(keys, node[i], "value", below), below + ".value", 0, largest_value)};
      if (!points.empty() && point.volts <= points.back().volts)
        throw refuse(fmt::format("{}: {}.voltage: {} V is not above the point in front of it, {} V",
                                 document_.at(node[i]), below, point.volts, points.back().volts));
      points.push_back(point);
    }
    return points;
  }

  /// The keys of a map: known ones, each once.
  Entries entries(const YAML::Node& node, const std::string& path, const std::vector<std::string>& valid) {
    if (!node.IsMap())
      throw refuse(fmt::format("{}: {}: expected the keys {}", document_.at(node), path, join(valid)));
    Entries found;
    for (const auto& entry : node) {
      const std::string below = path.empty() ? "" : path + ".";
      if (!entry.first.IsScalar())
        throw refuse(fmt::format("{}: a key must be plain text", document_.at(entry.first)));
      const std::string name = entry.first.Scalar();
      if (std::ranges::find(valid, name) == valid.end())
        throw refuse(fmt::format("{}: unknown key '{}{}'; the nearest valid key is '{}{}'",
                                 document_.at(entry.first), below, printable(name), below,
                                 nearest(name, valid)));
      if (!found.emplace(name, entry.second).second)
        throw refuse(fmt::format("{}: duplicate key '{}{}'", document_.at(entry.first), below, name));
    }
    return found;
  }

  const YAML::Node& required(const Entries& keys, const YAML::Node& in, const std::string& key,
                             const std::string& path = "") {
    const auto found = keys.find(key);
    if (found != keys.end()) return found->second;
    throw refuse(fmt::format("{}: {}{}: missing", document_.at(in), path.empty() ? "" : path + ".", key));
  }

  std::string text(const YAML::Node& node, const std::string& path) {
    if (!node.IsScalar() || node.Scalar().empty() || node.Scalar().size() > longest_text ||
        printable(node.Scalar()) != node.Scalar())
      throw refuse(fmt::format("{}: {}: expected a line of text", document_.at(node), path));
    return node.Scalar();
  }

  double number(const YAML::Node& node, const std::string& path, double least, double most,
                config::Unit unit = config::Unit::none) {
    if (!node.IsScalar()) throw refuse(fmt::format("{}: {}: expected a number", document_.at(node), path));
    double value = 0;
    try {
      value = config::parse_quantity(node.Scalar(), unit);
    } catch (const std::invalid_argument& problem) {
      throw refuse(fmt::format("{}: {}: {}", document_.at(node), path, problem.what()));
    }
    if (value < least || value > most)
      throw refuse(fmt::format("{}: {}: {} is out of range; {} to {}", document_.at(node), path,
                               node.Scalar(), least, most));
    return value;
  }

  double volts(const YAML::Node& node, const std::string& path) {
    constexpr double lowest = 0.01;
    return number(node, path, lowest, highest_volts, config::Unit::volts);
  }

  Kind kind(const YAML::Node& node, const std::string& path) {
    for (std::size_t i = 0; i < kind_count; ++i) {
      if (node.IsScalar() && node.Scalar() == name_of(static_cast<Kind>(i))) return static_cast<Kind>(i);
    }
    throw refuse(
        fmt::format("{}: {}: expected measured, derived, recalled or assumed", document_.at(node), path));
  }

  Scale scale(Section section, const YAML::Node& node, const std::string& path, const std::string& block) {
    const std::string base = base_measures[static_cast<int>(section)];
    std::vector<std::string> valid = {base, base + "/multiplier"};
    if (section != Section::dynamic && has_size(block)) valid.push_back(base + "/MiB");
    const auto found = std::ranges::find(valid, node.IsScalar() ? node.Scalar() : "");
    if (found == valid.end())
      throw refuse(fmt::format("{}: {}: expected one of {}", document_.at(node), path, join(valid)));
    return static_cast<Scale>(found - valid.begin());
  }

  /// Adds a row to what is hashed, once for every spelling.
  void note(const std::string& path, const Row& row) {
    canonical_ += fmt::format("{}={},{},{},{}", path, static_cast<int>(row.scale), row.exponent, row.celsius,
                              name_of(row.kind));
    for (const Point& point : row.points) canonical_ += fmt::format(",{}@{}", point.value, point.volts);
    canonical_ += fmt::format("\n{}\n{}\n", row.technology, row.source);
  }

  config::YamlDocument document_;
  EnergyTable table_;
  std::string technology_;
  double celsius_ = 0;
  std::string canonical_;
};

EnergyTable EnergyTable::parse(const std::string& yaml, const std::filesystem::path& file) {
  return TableReader(yaml, file).read();
}

EnergyTable EnergyTable::load(const std::filesystem::path& file) {
  const std::vector<std::uint8_t> bytes = read_file(file, "energy table", Failure::config);
  return parse(std::string(bytes.begin(), bytes.end()), file);
}

}  // namespace edgebert::energy
