// SPDX-License-Identifier: Apache-2.0
// Reads and validates a model image. Three passes: the container and its hashes, the placements, then one
// walk over the descriptor that accounts for every tensor (contract/image_walk.hpp).
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

std::vector<std::string> read_labels(const Safetensors& file, std::uint32_t classes) {
  const json value = metadata_json(file, "labels");
  const bool strings = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const json& label) { return label.is_string(); });
  if (!strings || value.size() != classes) {
    throw invalid(file.origin(), fmt::format("metadata 'labels' is not a list of {} class names", classes));
  }
  return value.get<std::vector<std::string>>();
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
  std::map<std::string, std::string> metadata{{"format", image_format},
                                              {"version", image_version},
                                              {"source_sha256", properties.source_sha256},
                                              {"compile_options", properties.compile_options},
                                              {"text_cleaning", properties.text_cleaning},
                                              {"placements", places.dump()},
                                              {"sha256", hashes.dump()},
                                              {"labels", json(properties.labels).dump()}};
  metadata[hash_of_metadata] = metadata_hash(metadata);
  return to_safetensors(tensors, metadata);
}

ModelImage ModelImage::parse(std::vector<std::uint8_t> bytes, const std::string& origin) {
  ModelImage image(Safetensors::parse(std::move(bytes), origin));
  const Safetensors& file = image.container_;
  check_format(file);
  check_hashes(file);
  image.placements_ = read_placements(file);
  check_placements(file, image.placements_);
  for (const char* key : {"source_sha256", "compile_options", "text_cleaning"}) metadata_at(file, key);
  try {
    ImageWalk walk(file, image.placements_);
    image.descriptor_ = walk.descriptor();
    image.off_ramps_ = walk.off_ramps();
    walk.check_all();
  } catch (const Error& error) {
    throw invalid(origin, error.what());
  }
  if (!file.contains(tokenizer_tensor)) throw invalid(origin, "tensor 'tokenizer' is missing");
  if (file.at(tokenizer_tensor).type != DType::u8 || file.at(tokenizer_tensor).bytes.empty()) {
    throw invalid(origin, "tensor 'tokenizer' is not a list of bytes");
  }
  image.labels_ = read_labels(file, image.descriptor_.classes);
  return image;
}

ModelImage ModelImage::read(const std::filesystem::path& path) {
  return parse(read_file(path, "model image", Failure::image), path.string());
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
