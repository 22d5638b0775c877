// SPDX-License-Identifier: Apache-2.0
// Reads and validates a model image. Three passes: the container and its hashes, the placements, then one
// walk over the tasks' descriptors that accounts for every tensor (contract/image_walk.hpp).
#include "contract/model_image.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contract/image_walk.hpp"
#include "contract/memory_map.hpp"

namespace edgebert {
namespace {

using nlohmann::json;

constexpr const char* tokenizer_tensor = "tokenizer";
constexpr const char* hash_of_metadata = "metadata_sha256";
constexpr std::uint64_t placement_alignment = 8;

Error invalid(const std::string& origin, const std::string& what) {
  return Error(Failure::image,
               fmt::format("{}: not a usable model image: {}; compile the checkpoint again", origin, what));
}

const std::string& metadata_at(const Safetensors& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw invalid(file.origin(), fmt::format("metadata '{}' is missing", key));
  return found->second;
}

json metadata_json(const Safetensors& file, const std::string& key) {
  json value = json::parse(metadata_at(file, key), nullptr, false);
  if (value.is_discarded()) throw invalid(file.origin(), fmt::format("metadata '{}' is not valid JSON", key));
  return value;
}

void check_format(const Safetensors& file) {
  const auto format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != image_format) {
    throw Error(Failure::image,
                fmt::format("{}: this safetensors file is not a model image (metadata 'format' is not "
                            "'{}'); compile the checkpoint first",
                            file.origin(), image_format));
  }
  if (const std::string& version = metadata_at(file, "version"); version != image_version) {
    throw invalid(file.origin(), fmt::format("its version is {}, this program reads {}", json(version).dump(),
                                             image_version));
  }
}

void check_hashes(const Safetensors& file) {
  if (metadata_at(file, hash_of_metadata) != metadata_hash(file.metadata())) {
    throw invalid(file.origin(), "the metadata do not have the hash they should have");
  }
  const json hashes = metadata_json(file, "sha256");
  for (const auto& [name, view] : file.tensors()) {
    const auto found = hashes.find(name);
    if (found == hashes.end()) throw invalid(file.origin(), fmt::format("tensor '{}' has no hash", name));
    if (*found != sha256_of(view.bytes)) {
      throw invalid(file.origin(), fmt::format("tensor '{}' does not have the hash it should have", name));
    }
  }
  for (const auto& [name, hash] : hashes.items()) {
    if (!file.contains(name)) throw invalid(file.origin(), fmt::format("tensor '{}' is missing", name));
  }
}

const memory_map::Region* memory_named(const std::string& name) {
  for (const auto* region : {&memory_map::weight_memory, &memory_map::envm}) {
    if (name == region->name) return region;
  }
  return nullptr;
}

std::vector<Placement> read_placements(const Safetensors& file) {
  std::vector<Placement> placements;
  try {
    for (const json& entry : metadata_json(file, "placements")) {
      placements.push_back({entry.at("tensor").get<std::string>(), entry.at("memory").get<std::string>(),
                            entry.at("offset").get<std::uint64_t>()});
    }
  } catch (const json::exception&) {
    throw invalid(file.origin(), "metadata 'placements' is not a list of {tensor, memory, offset}");
  }
  return placements;
}

/// Every tensor but the tokenizer has one place, inside its memory, aligned, overlapping no other.
void check_placements(const Safetensors& file, const std::vector<Placement>& placements) {
  struct Range {
    std::string memory;
    std::uint64_t begin;
    std::uint64_t end;
    const std::string* tensor;
  };
  std::vector<Range> ranges;
  std::set<std::string> placed;
  for (const Placement& placement : placements) {
    const auto refuse = [&](const std::string& why) {
      return invalid(file.origin(), fmt::format("the placement of tensor '{}' {}", placement.tensor, why));
    };
    if (!file.contains(placement.tensor)) throw refuse("has no tensor");
    if (!placed.insert(placement.tensor).second) throw refuse("occurs twice");
    const auto* region = memory_named(placement.memory);
    if (region == nullptr) throw refuse("is in a memory that does not exist");
    const std::uint64_t size = file.at(placement.tensor).bytes.size();
    if (placement.offset % placement_alignment != 0) throw refuse("is not a multiple of 8");
    if (placement.offset > region->room || size > region->room - placement.offset) {
      throw refuse(fmt::format("leaves the {} bytes of {}", region->room, region->name));
    }
    ranges.push_back({placement.memory, placement.offset, placement.offset + size, &placement.tensor});
  }
  for (const auto& [name, view] : file.tensors()) {
    if (name != tokenizer_tensor && !placed.contains(name)) {
      throw invalid(file.origin(), fmt::format("tensor '{}' has no placement", name));
    }
  }
  std::erase_if(ranges, [](const Range& range) { return range.begin == range.end; });
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::tie(a.memory, a.begin) < std::tie(b.memory, b.begin);
  });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].memory == ranges[i - 1].memory && ranges[i].begin < ranges[i - 1].end) {
      throw invalid(file.origin(), fmt::format("tensors '{}' and '{}' overlap in {}", *ranges[i - 1].tensor,
                                               *ranges[i].tensor, ranges[i].memory));
    }
  }
}

std::vector<TaskProperties> read_tasks(const Safetensors& file) {
  const json list = metadata_json(file, "tasks");
  std::vector<TaskProperties> tasks;
  try {
    for (const json& entry : list) {
      tasks.push_back({entry.at("name").get<std::string>(), entry.at("source_sha256").get<std::string>(),
                       entry.at("labels").get<std::vector<std::string>>()});
    }
  } catch (const json::exception&) {
    throw invalid(file.origin(), "metadata 'tasks' is not a list of {name, source_sha256, labels}");
  }
  if (tasks.empty() || tasks.size() > tasks_max) {
    throw invalid(file.origin(), fmt::format("metadata 'tasks' has {} entries, allowed are 1 to {}",
                                             tasks.size(), tasks_max));
  }
  for (auto task = tasks.begin(); task != tasks.end(); ++task) {
    if (std::any_of(tasks.begin(), task, [&](const auto& before) { return before.name == task->name; }))
      throw invalid(file.origin(), fmt::format("metadata 'tasks' has {} twice", json(task->name).dump()));
  }
  return tasks;
}

/// Follows the descriptors from task to task and accounts for every tensor.
std::vector<Task> walk_tasks(const Safetensors& file, const std::vector<Placement>& placements) {
  std::vector<Task> tasks;
  std::set<std::string> seen{tokenizer_tensor};
  std::uint32_t address = memory_map::weight_memory.base;
  for (TaskProperties& properties : read_tasks(file)) {
    Task task{std::move(properties), task_prefix(tasks.size()), {}, {}};
    const auto refuse = [&](const std::string& what) {
      const std::string where = task.prefix.empty() ? "" : fmt::format("task {}: ", json(task.name).dump());
      return invalid(file.origin(), where + what);
    };
    try {
      ImageWalk walk(file, placements, task.prefix, address);
      walk.check_all();
      task.descriptor = walk.descriptor();
      task.off_ramps = walk.off_ramps();
      seen.insert(walk.seen().begin(), walk.seen().end());
    } catch (const Error& error) {
      throw refuse(error.what());
    }
    if (task.labels.size() != task.descriptor.classes) {
      throw refuse(fmt::format("metadata 'tasks' has {} labels for {} classes", task.labels.size(),
                               task.descriptor.classes));
    }
    if (!tasks.empty() && !same_network(tasks.front().descriptor, task.descriptor))
      throw refuse("its network is another one than the first task's");
    address = task.descriptor.next_task;
    tasks.push_back(std::move(task));
  }
  if (address != 0) throw invalid(file.origin(), "the last task's descriptor names one more");
  for (const auto& [name, view] : file.tensors()) {
    if (!seen.contains(name)) {
      throw invalid(file.origin(), fmt::format("tensor '{}' belongs to no part of the model", name));
    }
  }
  return tasks;
}

}  // namespace

std::string metadata_hash(const std::map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    if (key == hash_of_metadata) continue;
    text += key + '\0' + value + '\0';
  }
  return sha256_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::vector<std::uint8_t> to_model_image(const std::map<std::string, TensorData>& tensors,
                                         const std::vector<Placement>& placements,
                                         const ImageProperties& properties) {
  json hashes = json::object();
  for (const auto& [name, tensor] : tensors) hashes[name] = sha256_of(tensor.bytes);
  json places = json::array();
  for (const Placement& placement : placements) {
    places.push_back(
        {{"tensor", placement.tensor}, {"memory", placement.memory}, {"offset", placement.offset}});
  }
  json tasks = json::array();
  for (const TaskProperties& task : properties.tasks) {
    tasks.push_back({{"name", task.name}, {"source_sha256", task.source_sha256}, {"labels", task.labels}});
  }
  std::map<std::string, std::string> metadata{{"format", image_format},
                                              {"version", image_version},
                                              {"tasks", tasks.dump()},
                                              {"compile_options", properties.compile_options},
                                              {"text_cleaning", properties.text_cleaning},
                                              {"placements", places.dump()},
                                              {"sha256", hashes.dump()}};
  metadata[hash_of_metadata] = metadata_hash(metadata);
  return to_safetensors(tensors, metadata);
}

std::string task_prefix(std::size_t task) {
  return task == 0 ? "" : fmt::format("task.{}.", task);
}

ModelImage ModelImage::parse(std::vector<std::uint8_t> bytes, const std::string& origin) {
  ModelImage image(Safetensors::parse(std::move(bytes), origin));
  const Safetensors& file = image.container_;
  check_format(file);
  check_hashes(file);
  image.placements_ = read_placements(file);
  check_placements(file, image.placements_);
  for (const char* key : {"compile_options", "text_cleaning"}) metadata_at(file, key);
  image.tasks_ = walk_tasks(file, image.placements_);
  if (!file.contains(tokenizer_tensor)) throw invalid(origin, "tensor 'tokenizer' is missing");
  if (file.at(tokenizer_tensor).type != DType::u8 || file.at(tokenizer_tensor).bytes.empty()) {
    throw invalid(origin, "tensor 'tokenizer' is not a list of bytes");
  }
  return image;
}

ModelImage ModelImage::read(const std::filesystem::path& path) {
  return parse(read_file(path, "model image", Failure::image), path.string());
}

const Placement& ModelImage::placement_of(const std::string& tensor) const {
  const auto found = std::find_if(placements_.begin(), placements_.end(),
                                  [&](const Placement& placement) { return placement.tensor == tensor; });
  if (found == placements_.end())
    throw invalid(container_.origin(), fmt::format("tensor '{}' has no placement", tensor));
  return *found;
}

std::uint64_t ModelImage::bytes_in(const std::string& memory) const {
  std::uint64_t end = 0;
  for (const Placement& placement : placements_) {
    if (placement.memory != memory) continue;
    end = std::max<std::uint64_t>(end, placement.offset + container_.at(placement.tensor).bytes.size());
  }
  return end;
}

}  // namespace edgebert
