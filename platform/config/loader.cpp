// SPDX-License-Identifier: Apache-2.0
// Walks the YAML tree against the schema. yaml-cpp 0.7 neither refuses duplicate keys nor knows the schema;
// both are done here, on its nodes, whose marks give lines and columns.
#include "platform/config/loader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "contract/file.hpp"
#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "platform/config/yaml_document.hpp"
#include "platform/config/vf_table.hpp"

namespace edgebert::config {
namespace {

constexpr const char* envm_latency = "memory.envm.read_latency";

Error refuse(const std::string& message) {
  return Error(Failure::config, message);
}

const Key* find_key(const std::string& path) {
  for (const Key& key : schema()) {
    if (path == key.path) return &key;
  }
  return nullptr;
}

/// Paths of all values, and of the sections that hold them.
std::vector<std::string> valid_paths() {
  std::vector<std::string> paths = {"version"};
  std::set<std::string> sections;
  for (const Key& key : schema()) {
    const std::string path = key.path;
    paths.push_back(path);
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
      sections.insert(path.substr(0, dot));
    }
  }
  paths.insert(paths.end(), sections.begin(), sections.end());
  return paths;
}

/// Keys directly below a section, for messages; empty if there is no such section.
std::string keys_below(const std::string& section) {
  std::string list;
  std::set<std::string> seen;
  for (const Key& key : schema()) {
    const std::string path = key.path;
    if (!path.starts_with(section + ".")) continue;
    const std::string rest = path.substr(section.size() + 1);
    const std::string name = rest.substr(0, rest.find('.'));
    if (seen.insert(name).second) list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

std::string unknown_key(const std::string& path) {
  constexpr std::size_t shown = 100;  // bytes; no valid key comes near
  const bool cut = path.size() > shown;
  const std::string start = path.substr(0, shown);
  return fmt::format("unknown key '{}{}'; the nearest valid key is '{}'", printable(start), cut ? "..." : "",
                     nearest(start, valid_paths()));
}

class Loader {
 public:
  explicit Loader(std::filesystem::path file) : file_(std::move(file)), name_(printable(file_.string())) {}

  void read(const std::string& yaml) {
    document_.emplace(yaml, file_, "a configuration");
    document_->check_version(schema_version);
    walk(document_->root(), "");
  }

  void override_with(const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw refuse(fmt::format("--set {}: expected key.path=value", printable(assignment)));
    }
    const std::string path = assignment.substr(0, equals);
    if (path == "version")
      throw refuse("--set version: the file states its version; it cannot be overridden");
    const Key* key = find_key(path);
    if (key == nullptr) {
      const std::string below = keys_below(path);
      throw refuse(fmt::format("--set {}: {}", printable(assignment),
                               below.empty()
                                   ? unknown_key(path)
                                   : fmt::format("'{}' is a section with the keys {}", path, below)));
    }
    if (!overridden_.insert(path).second) throw refuse(fmt::format("--set {}: given twice", path));
    try {
      assign(*key, assignment.substr(equals + 1), config_);
    } catch (const std::invalid_argument& problem) {
      throw refuse(fmt::format("--set {}: {}", path, problem.what()));
    }
    origin_[path] = place_[path] = "--set";
  }

  Loaded finish() {
    follow_preset(config_, [this](const Key& key) { return origin_.contains(key.path); });
    follow_cells();
    cross_check();
    read_dvfs_table();
    check_dvfs();
    Loaded loaded{config_, file_, {}, hash_of(config_)};
    for (const Key& key : schema()) {
      const auto origin = origin_.find(key.path);
      const char* by_itself = key.follows_preset         ? "timing.preset"
                              : key.path == envm_latency ? "memory.envm.data_cell"
                                                         : "default";
      loaded.values.push_back(
          {&key, text_of(key, config_), origin == origin_.end() ? by_itself : origin->second});
    }
    // Written out elsewhere, the configuration must still find it.
    if (!config_.dvfs.table.empty()) loaded.soc.dvfs.table = vf_table_file().string();
    return loaded;
  }

 private:
  std::string at(const YAML::Node& node) const { return document_->at(node); }

  void walk(const YAML::Node& section, const std::string& prefix) {
    std::map<std::string, YAML::Mark> seen;
    for (const auto& entry : section) {
      if (!entry.first.IsScalar()) throw refuse(fmt::format("{}: a key must be plain text", at(entry.first)));
      const std::string name = entry.first.Scalar();
      const std::string path = prefix + name;
      // Two spellings of one key would hide a duplicate.
      if (name.find('.') != std::string::npos && (find_key(path) != nullptr || !keys_below(path).empty())) {
        throw refuse(fmt::format("{}: unknown key '{}'; in a file sections nest, dots are for --set",
                                 at(entry.first), path));
      }
      const auto [first, is_new] = seen.emplace(path, entry.first.Mark());
      if (!is_new) {
        throw refuse(fmt::format("{}: duplicate key '{}'; it stands at line {} already", at(entry.first),
                                 printable(path), first->second.line + 1));
      }
      if (path == "version") continue;
      if (const Key* key = find_key(path)) {
        take(*key, entry.second, entry.first);
      } else if (const std::string below = keys_below(path); !below.empty()) {
        if (!entry.second.IsMap()) {
          throw refuse(
              fmt::format("{}: {}: expected a section with the keys {}", at(entry.first), path, below));
        }
        walk(entry.second, path + ".");
      } else {
        throw refuse(fmt::format("{}: {}", at(entry.first), unknown_key(path)));
      }
    }
  }

  void take(const Key& key, const YAML::Node& value, const YAML::Node& name) {
    if (!value.IsScalar()) {
      throw refuse(fmt::format("{}: {}: expected one value ({})", at(name), key.path, accepted_by(key)));
    }
    try {
      assign(key, value.Scalar(), config_);
    } catch (const std::invalid_argument& problem) {
      throw refuse(fmt::format("{}: {}: {}", at(value), key.path, problem.what()));
    }
    origin_[key.path] = fmt::format("{}:{}", name_, value.Mark().line + 1);
    place_[key.path] = at(value);
  }

  /// Where a key was set: FILE:LINE:COLUMN, "--set" or the file's name for a default.
  std::string place(const std::string& path) const {
    const auto found = place_.find(path);
    return found == place_.end() ? name_ : found->second;
  }

  /// The eNVM's read latency is its cells', unless it is given.
  void follow_cells() {
    SocConfig::Memories& memory = config_.memory;
    if (origin_.contains(envm_latency)) return;
    memory.envm.read_latency_ns =
        reram::read_latency_ns(memory.envm_cells.data, memory.envm_cells.mask, memory.envm.clock_hz);
  }

  /// What no key can check alone.
  void cross_check() const {
    const SocConfig::Buffers& buffers = config_.buffers;
    if (std::uint64_t{buffers.mask} * 8 < buffers.data) {
      throw refuse(fmt::format(
          "{}: buffers.mask: {} hold masks of {} data, but buffers.data is {}; raise buffers.mask "
          "or lower buffers.data",
          place(place_.contains("buffers.mask") ? "buffers.mask" : "buffers.data"),
          format_quantity(buffers.mask, Unit::bytes), format_quantity(buffers.mask * 8.0, Unit::bytes),
          format_quantity(buffers.data, Unit::bytes)));
    }
    check_faults();
  }

  void check_faults() const {
    const SocConfig::Faults& faults = config_.faults;
    const bool by_rate = faults.model == FaultModel::bit_error_rate;
    if (faults.memory == FaultyMemory::none) return;
    if (faults.memory != FaultyMemory::envm && !by_rate) {
      throw refuse(
          fmt::format("{}: faults.memory: only the eNVM has cells; set faults.model: bit_error_rate and "
                      "faults.rate",
                      place("faults.memory")));
    }
    if (faults.memory == FaultyMemory::envm && config_.embedding.store != EmbeddingStore::envm) {
      throw refuse(fmt::format("{}: faults.memory: the eNVM is empty with embedding.store: dram",
                               place("faults.memory")));
    }
    if (faults.rate != 0 && !by_rate) {
      throw refuse(
          fmt::format("{}: faults.rate: the cells say how often they err; set faults.model: bit_error_rate",
                      place("faults.rate")));
    }
  }

  std::filesystem::path vf_table_file() const {
    return std::filesystem::absolute(file_.parent_path() / config_.dvfs.table).lexically_normal();
  }

  void read_dvfs_table() {
    if (!config_.dvfs.table.empty()) config_.dvfs.points = read_vf_table(vf_table_file());
  }

  /// Regulator, oscillator and table must meet at the clock of reset.
  void check_dvfs() const {
    const SocConfig::Dvfs& dvfs = config_.dvfs;
    if (dvfs.ldo.voltage_min > dvfs.ldo.voltage_max)
      throw refuse(fmt::format("{}: dvfs.ldo.voltage_min: {} is above dvfs.ldo.voltage_max, {}",
                               place("dvfs.ldo.voltage_min"),
                               format_quantity(dvfs.ldo.voltage_min, Unit::volts),
                               format_quantity(dvfs.ldo.voltage_max, Unit::volts)));
    const double clock = config_.clocks.accelerator_hz;
    if (clock < dvfs.adpll.frequency_min || clock > dvfs.adpll.frequency_max)
      throw refuse(
          fmt::format("{}: clocks.accelerator: {} is outside of dvfs.adpll.frequency_min and _max, {} to {}",
                      place("clocks.accelerator"), format_quantity(clock, Unit::hertz),
                      format_quantity(dvfs.adpll.frequency_min, Unit::hertz),
                      format_quantity(dvfs.adpll.frequency_max, Unit::hertz)));
    const dvfs::VfCurve curve(dvfs.points);
    // The highest step of the regulator that the table covers.
    std::uint32_t highest = dvfs.ldo.step_for(std::min(dvfs.ldo.highest(), curve.fastest().microvolts));
    if (highest > std::min(dvfs.ldo.highest(), curve.fastest().microvolts))
      highest -= std::min(highest, dvfs::Ldo::microvolts_of(dvfs.ldo.step));
    const std::uint32_t fastest = curve.frequency_at(highest).value_or(0);
    if (dvfs::Adpll::kilohertz_of(clock) > fastest)
      throw refuse(
          fmt::format("{}: clocks.accelerator: {} is above {}, the fastest clock of the V/f table at a "
                      "voltage of the regulator (dvfs.table, dvfs.ldo)",
                      place("clocks.accelerator"), format_quantity(clock, Unit::hertz),
                      format_quantity(fastest * 1e3, Unit::hertz)));
  }

  std::filesystem::path file_;
  std::string name_;
  std::optional<YamlDocument> document_;
  SocConfig config_;
  std::set<std::string> overridden_;
  std::map<std::string, std::string> origin_;
  std::map<std::string, std::string> place_;
};

}  // namespace

Loaded load_text(const std::string& yaml, const std::filesystem::path& file,
                 std::span<const std::string> overrides) {
  Loader loader(file);
  loader.read(yaml);
  for (const std::string& assignment : overrides) loader.override_with(assignment);
  return loader.finish();
}

Loaded load(const std::filesystem::path& file, std::span<const std::string> overrides) {
  const std::vector<std::uint8_t> bytes = read_file(file, "configuration", Failure::config);
  return load_text(std::string(bytes.begin(), bytes.end()), file, overrides);
}

std::string hash_of(const SocConfig& config) {
  std::string canonical = fmt::format("version={}\n", schema_version);
  for (const Key& key : schema()) {
    if (key.influence == Influence::results)
      canonical += fmt::format("{}={}\n", key.path, canonical_of(key, config));
  }
  for (const dvfs::VfPoint& point : config.dvfs.points)
    canonical += fmt::format("dvfs.table={}:{}\n", point.microvolts, point.kilohertz);
  return sha256_of({reinterpret_cast<const std::uint8_t*>(canonical.data()), canonical.size()});
}

}  // namespace edgebert::config
