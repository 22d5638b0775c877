// SPDX-License-Identifier: Apache-2.0
// An entry is a safetensors file: tensors keys (u8, [n, 4]: layer, operator, head, format), shapes (u32, [n,
// 2]), hashes (u64, [n]), logits (i32, [layers, classes]), entropies (u32, [layers]); metadata version,
// exit_layer, prediction, and the SHA-256 of all of that.
#include "golden/cache.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/safetensors.hpp"

namespace edgebert::golden {

namespace {

namespace fs = std::filesystem;

constexpr const char* extension = ".golden";

using Metadata = std::map<std::string, std::string>;

void append(std::vector<std::uint8_t>& bytes, std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t number(std::span<const std::uint8_t> bytes, std::size_t index, unsigned size) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{bytes[index * size + i]} << (8 * i);
  return value;
}

std::map<std::string, TensorData> tensors_of(const Answer& answer) {
  const std::uint64_t count = answer.digests.size();
  const std::uint64_t layers = answer.logits.size();
  const std::uint64_t classes = layers == 0 ? 0 : answer.logits.front().size();
  TensorData keys{DType::u8, {count, 4}, {}};
  TensorData shapes{DType::u32, {count, 2}, {}};
  TensorData hashes{DType::u64, {count}, {}};
  TensorData logits{DType::i32, {layers, classes}, {}};
  TensorData entropies{DType::u32, {answer.entropies.size()}, {}};
  for (const auto& [key, digest] : answer.digests) {
    append(keys.bytes, key.layer, 1);
    append(keys.bytes, static_cast<std::uint64_t>(key.op), 1);
    append(keys.bytes, key.head, 1);
    append(keys.bytes, static_cast<std::uint64_t>(digest.format), 1);
    append(shapes.bytes, digest.rows, 4);
    append(shapes.bytes, digest.columns, 4);
    append(hashes.bytes, digest.hash, 8);
  }
  for (const auto& row : answer.logits) {
    for (const std::int32_t logit : row) append(logits.bytes, static_cast<std::uint32_t>(logit), 4);
  }
  for (const std::uint32_t entropy : answer.entropies) append(entropies.bytes, entropy, 4);
  return {
      {"keys", keys}, {"shapes", shapes}, {"hashes", hashes}, {"logits", logits}, {"entropies", entropies}};
}

std::string content_hash(const std::string& exit_layer, const std::string& prediction,
                         const std::map<std::string, std::span<const std::uint8_t>>& tensors) {
  std::string all = fmt::format("{} {} {}", golden_version, exit_layer, prediction);
  for (const auto& [name, bytes] : tensors) {
    all += fmt::format(" {} {} ", name, bytes.size());
    all.append(bytes.begin(), bytes.end());
  }
  return sha256_of(std::vector<std::uint8_t>(all.begin(), all.end()));
}

Answer parse(const Safetensors& file) {
  Answer answer;
  answer.exit_layer = static_cast<std::uint32_t>(std::stoul(file.metadata().at("exit_layer")));
  answer.prediction = static_cast<std::uint32_t>(std::stoul(file.metadata().at("prediction")));
  const TensorView& keys = file.at("keys");
  const TensorView& shapes = file.at("shapes");
  const TensorView& hashes = file.at("hashes");
  for (std::size_t i = 0; i < hashes.elements(); ++i) {
    const TensorKey key{keys.bytes[4 * i], static_cast<Operator>(keys.bytes[4 * i + 1]),
                        keys.bytes[4 * i + 2]};
    answer.digests[key] = {static_cast<std::uint32_t>(number(shapes.bytes, 2 * i, 4)),
                           static_cast<std::uint32_t>(number(shapes.bytes, 2 * i + 1, 4)),
                           static_cast<Format>(keys.bytes[4 * i + 3]), number(hashes.bytes, i, 8)};
  }
  const TensorView& logits = file.at("logits");
  for (std::size_t i = 0; i < logits.elements(); ++i) {
    if (i % logits.shape[1] == 0) answer.logits.emplace_back();
    answer.logits.back().push_back(static_cast<std::int32_t>(number(logits.bytes, i, 4)));
  }
  const TensorView& entropies = file.at("entropies");
  for (std::size_t i = 0; i < entropies.elements(); ++i) {
    answer.entropies.push_back(static_cast<std::uint32_t>(number(entropies.bytes, i, 4)));
  }
  return answer;
}

// Only an intact entry gets to parse().
bool intact(const Safetensors& file) {
  const Metadata& metadata = file.metadata();
  for (const char* name : {"exit_layer", "prediction", "content"}) {
    if (!metadata.contains(name)) return false;
  }
  std::map<std::string, std::span<const std::uint8_t>> tensors;
  for (const auto& [name, tensor] : file.tensors()) tensors[name] = tensor.bytes;
  return metadata.at("content") ==
         content_hash(metadata.at("exit_layer"), metadata.at("prediction"), tensors);
}

struct Entry {
  fs::file_time_type time;
  std::uint64_t size;
  fs::path path;
};

std::vector<Entry> entries_of(const fs::path& directory) {
  std::vector<Entry> entries;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(directory, ignored)) {
    if (file.path().extension() != extension) continue;
    std::error_code gone;  // another process may remove entries meanwhile
    const Entry entry{file.last_write_time(gone), file.file_size(gone), file.path()};
    if (!gone) entries.push_back(entry);
  }
  return entries;
}

}  // namespace

Answer answer_of(const Forward& forward) {
  Answer answer{{}, forward.exit_layer, forward.prediction, forward.logits, forward.entropies};
  for (const auto& [key, tensor] : forward.tensors) answer.digests[key] = digest(tensor);
  return answer;
}

Cache::Cache(fs::path directory, std::uint64_t capacity)
    : directory_(std::move(directory)), capacity_(capacity) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    throw Error(Failure::input,
                fmt::format("making the directory {} for golden answers: {}; name one that can be "
                            "written",
                            directory_.string(), error.message()));
  }
  for (const Entry& entry : entries_of(directory_)) used_ += entry.size;
}

fs::path Cache::path_of(const std::string& key) const {
  return directory_ / (key + extension);
}

std::string Cache::key(const std::string& image_hash, std::span<const std::uint16_t> token_ids,
                       std::uint32_t first_segment, std::uint32_t exit_threshold) {
  const std::string text = fmt::format("golden {} {} {} {} {} ", golden_version, image_hash, first_segment,
                                       exit_threshold, token_ids.size());
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  for (const std::uint16_t id : token_ids) append(bytes, id, 2);
  return sha256_of(bytes);
}

std::optional<Answer> Cache::find(const std::string& key) const {
  const fs::path path = path_of(key);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  try {
    const Safetensors file = Safetensors::read(path);
    if (intact(file)) return parse(file);
  } catch (const Error&) {
    return std::nullopt;  // unreadable or malformed: the same as not there
  }
  return std::nullopt;
}

void Cache::make_room(std::uint64_t bytes) {
  if (used_ + bytes <= capacity_) return;
  std::vector<Entry> entries = entries_of(directory_);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.time < b.time; });
  used_ = 0;
  for (const Entry& entry : entries) used_ += entry.size;
  for (const Entry& entry : entries) {
    if (used_ + bytes <= capacity_) return;
    std::error_code ignored;
    fs::remove(entry.path, ignored);
    used_ -= entry.size;
  }
}

void Cache::store(const std::string& key, const Answer& answer) {
  const std::map<std::string, TensorData> tensors = tensors_of(answer);
  std::map<std::string, std::span<const std::uint8_t>> views;
  for (const auto& [name, tensor] : tensors) views[name] = tensor.bytes;
  Metadata metadata{{"exit_layer", std::to_string(answer.exit_layer)},
                    {"prediction", std::to_string(answer.prediction)}};
  metadata["content"] = content_hash(metadata["exit_layer"], metadata["prediction"], views);
  const std::vector<std::uint8_t> bytes = to_safetensors(tensors, metadata);
  make_room(bytes.size());
  write_file(path_of(key), bytes);
  used_ += bytes.size();
}

Answer Cache::answer(const Model& model, std::span<const std::uint16_t> token_ids,
                     std::uint32_t first_segment, std::uint32_t exit_threshold) {
  const std::string name = key(model.hash(), token_ids, first_segment, exit_threshold);
  if (std::optional<Answer> known = find(name)) return *std::move(known);
  Answer computed = answer_of(model.run(token_ids, first_segment, exit_threshold));
  try {
    store(name, computed);
  } catch (const Error&) {
    return computed;  // a full or read-only disk costs time, not correctness
  }
  return computed;
}

}  // namespace edgebert::golden
