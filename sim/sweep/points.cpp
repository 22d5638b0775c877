// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/points.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace {

constexpr std::size_t longest_folder = 200;  // bytes; file systems take 255
constexpr std::size_t hash_digits = 12;

Error refuse(const std::string& message) {
  return Error(Failure::usage, "sweep: " + message);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

/// "1..100" of a key that counts: every whole number from the first to the last. Nothing if it is no range.
std::vector<std::string> range_of(const config::Key& key, const std::string& text) {
  static const std::regex form("([0-9]{1,15})\\.\\.([0-9]{1,15})");
  std::smatch ends;
  const bool counts = key.multiple_of == 1 && key.unit == config::Unit::none;
  if (!counts || !std::regex_match(text, ends, form)) return {};
  const std::uint64_t first = std::stoull(ends[1]);
  const std::uint64_t last = std::stoull(ends[2]);
  if (first > last) throw refuse(fmt::format("--set {}: the range {} goes down", key.path, text));
  if (last - first >= most_points)
    throw refuse(fmt::format("more than {} points; give fewer values", most_points));
  std::vector<std::string> values;
  for (std::uint64_t value = first; value <= last; ++value) values.push_back(std::to_string(value));
  return values;
}

std::vector<std::string> values_of(const config::Key& key, const std::string& text) {
  std::vector<std::string> values;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> range = range_of(key, part);
    if (range.empty()) values.push_back(part);
    values.insert(values.end(), range.begin(), range.end());
  }
  return values;
}

const config::Key& key_of(const std::string& setting, const std::string& path) {
  const auto keys = config::schema();
  const auto found = std::ranges::find(keys, path, &config::Key::path);
  if (found != keys.end()) return *found;
  // The loader knows the words for a key that does not exist.
  const std::vector<std::string> override = {setting};
  config::load_text(fmt::format("version: {}\n", config::schema_version), "", override);
  throw Error(Failure::internal, fmt::format("--set {}: accepted, but not a key", path));
}

PointValue value_of(const config::Key& key, const std::string& text) {
  SocConfig config;
  try {
    config::assign(key, text, config);
  } catch (const std::invalid_argument&) {
    return {printable(text), printable(text), false};
  }
  const auto slot = key.slot(config);
  const bool number = std::holds_alternative<std::uint32_t*>(slot) ||
                      std::holds_alternative<std::uint64_t*>(slot) || std::holds_alternative<double*>(slot);
  return {config::text_of(key, config), config::canonical_of(key, config), number};
}

/// A value as part of a file name: numbers without blanks, elsewhere what is not plain as %XX.
std::string file_name_of(const PointValue& value) {
  std::string name;
  for (const char character : value.shown) {
    if (value.number && character == ' ') continue;
    const bool plain = std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                       std::string_view("._-+").find(character) != std::string_view::npos;
    name += plain ? std::string(1, character) : fmt::format("%{:02X}", static_cast<unsigned char>(character));
  }
  return name;
}

std::string folder_of(std::span<const Axis> axes, const std::vector<PointValue>& values) {
  std::string name;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    name += fmt::format("{}{}={}", i == 0 ? "" : ",", axes[i].key->path, file_name_of(values[i]));
  }
  if (name.size() <= longest_folder) return name;
  const std::string hash = sha256_of({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  return name.substr(0, longest_folder - hash_digits - 1) + "-" + hash.substr(0, hash_digits);
}

void check_values(const Axis& axis) {
  std::set<std::string> seen;
  for (const std::string& value : axis.values) {
    if (value.empty() && axis.values.size() > 1)
      throw refuse(fmt::format("--set {}: a value is empty; write key.path=value,value", axis.key->path));
    if (!seen.insert(value_of(*axis.key, value).canonical).second)
      throw refuse(fmt::format("--set {}: {} is given twice", axis.key->path, printable(value)));
  }
}

Point point_of(const std::string& yaml, const std::filesystem::path& file, std::span<const Axis> axes,
               std::size_t index) {
  Point point;
  point.values.resize(axes.size());
  std::vector<std::string> overrides(axes.size());
  for (std::size_t i = axes.size(); i-- > 0;) {
    const Axis& axis = axes[i];
    const std::string& value = axis.values[index % axis.values.size()];
    index /= axis.values.size();
    point.values[i] = value_of(*axis.key, value);
    overrides[i] = fmt::format("{}={}", axis.key->path, value);
  }
  point.folder = folder_of(axes, point.values);
  try {
    const config::Loaded loaded = config::load_text(yaml, file, overrides);
    point.soc = loaded.soc;
    point.config_hash = loaded.hash;
  } catch (const Error& error) {
    point.error = fmt::format("resolving the configuration: {}", error.what());
  }
  return point;
}

}  // namespace

std::vector<Axis> axes_of(std::span<const std::string> settings) {
  if (settings.empty()) throw refuse("give at least one --set key.path=value,value");
  std::vector<Axis> axes;
  std::size_t points = 1;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string path = setting.substr(0, equals);
    const config::Key& key = key_of(setting, path);
    if (equals == std::string::npos)
      throw refuse(fmt::format("--set {}: expected key.path=value,value", printable(setting)));
    if (std::ranges::find(axes, &key, &Axis::key) != axes.end())
      throw refuse(fmt::format("--set {}: given twice; separate its values by commas", path));
    axes.push_back({&key, values_of(key, setting.substr(equals + 1))});
    check_values(axes.back());
    points *= axes.back().values.size();
    if (points > most_points)
      throw refuse(fmt::format("more than {} points; give fewer values", most_points));
  }
  return axes;
}

std::vector<Point> points_of(const std::filesystem::path& file, std::span<const Axis> axes) {
  const std::vector<std::uint8_t> bytes = read_file(file, "configuration", Failure::config);
  const std::string yaml(bytes.begin(), bytes.end());
  config::load_text(yaml, file);
  std::size_t count = 1;
  for (const Axis& axis : axes) count *= axis.values.size();
  std::vector<Point> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) points.push_back(point_of(yaml, file, axes, i));
  return points;
}

}  // namespace edgebert::sim
