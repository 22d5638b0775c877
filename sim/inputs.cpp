// SPDX-License-Identifier: Apache-2.0
#include "sim/inputs.hpp"

#include <charconv>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

Error refuse(const std::string& message) {
  return Error(Failure::input, message);
}

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

std::vector<TextLine> lines_of(const std::filesystem::path& path, const char* purpose) {
  const std::vector<std::uint8_t> bytes = read_file(path, purpose);
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  if (is_blank(rest) && rest.find('\n') == std::string_view::npos) {
    throw refuse(fmt::format("{} '{}' is empty", purpose, path.string()));
  }
  std::vector<TextLine> lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    TextLine line{std::string(text), fmt::format("{}:{}", path.string(), lines.size() + 1)};
    if (const auto offset = first_invalid_utf8(text)) {
      throw refuse(fmt::format("{}:{}: not UTF-8: byte 0x{:02x}; convert the file first", line.place,
                               *offset + 1, static_cast<unsigned char>(text[*offset])));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

namespace {

/// What stands between tabs.
std::vector<std::string_view> columns_of(std::string_view text) {
  std::vector<std::string_view> columns;
  for (std::size_t tab = text.find('\t'); tab != std::string_view::npos; tab = text.find('\t')) {
    columns.push_back(text.substr(0, tab));
    text.remove_prefix(tab + 1);
  }
  columns.push_back(text);
  return columns;
}

std::uint32_t label_of(const TextLine& line, std::string_view text) {
  std::uint32_t label = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), label);
  if (code != std::errc() || end != text.data() + text.size()) {
    throw refuse(fmt::format("{}: label '{}' is not a class number", line.place, printable(text)));
  }
  return label;
}

}  // namespace

Sentence sentence_of_text(const std::string& text) {
  if (const auto offset = first_invalid_utf8(text)) {
    throw refuse(fmt::format("--text: not UTF-8: byte 0x{:02x} at {}",
                             static_cast<unsigned char>(text[*offset]), *offset + 1));
  }
  if (is_blank(text) || text.find_first_not_of(" \t\r\n\v\f") == std::string::npos) {
    throw refuse("--text: the text is empty; give a sentence");
  }
  return {text, std::nullopt, "--text"};
}

std::vector<Sentence> sentences_of_file(const std::filesystem::path& path) {
  std::vector<Sentence> sentences;
  for (TextLine& line : lines_of(path, "text file")) {
    if (!is_blank(line.text))
      sentences.push_back({std::move(line.text), std::nullopt, std::move(line.place)});
  }
  if (sentences.empty()) throw refuse(fmt::format("text file '{}' has blank lines only", path.string()));
  return sentences;
}

std::vector<Sentence> sentences_of_dataset(const std::filesystem::path& path,
                                           std::optional<std::size_t> limit) {
  std::vector<TextLine> lines = lines_of(path, "data set");
  const bool with_tasks = lines.front().text == "sentence\tlabel\ttask";
  if (!with_tasks && lines.front().text != "sentence\tlabel") {
    throw refuse(fmt::format("{}: expected the header 'sentence<TAB>label', found '{}'", lines.front().place,
                             printable(lines.front().text.substr(0, 60))));
  }
  std::vector<Sentence> sentences;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const TextLine& line = lines[i];
    const std::vector<std::string_view> columns = columns_of(line.text);
    if (columns.size() != (with_tasks ? 3 : 2)) {
      throw refuse(fmt::format("{}: expected a sentence, one tab and a label{}", line.place,
                               with_tasks ? ", one tab and a task" : ""));
    }
    if (is_blank(columns[0])) throw refuse(fmt::format("{}: the sentence is empty", line.place));
    Sentence sentence{std::string(columns[0]), label_of(line, columns[1]), line.place};
    if (with_tasks) sentence.task = columns[2];
    if (!limit || sentences.size() < *limit) sentences.push_back(std::move(sentence));
  }
  if (sentences.empty()) throw refuse(fmt::format("data set '{}' has no sentences", path.string()));
  return sentences;
}

void check_output(const fs::path& output, const std::vector<fs::path>& inputs) {
  const auto refuse_output = [&](const std::string& why) {
    return refuse(fmt::format("cannot write '{}': {}", output.string(), why));
  };
  if (output.empty()) throw refuse_output("it has no name");
  std::error_code ignored;
  const fs::path folder = fs::absolute(output).parent_path();
  if (!fs::is_directory(folder, ignored))
    throw refuse_output(fmt::format("there is no folder '{}'", folder.string()));
  if (fs::is_directory(output, ignored)) throw refuse_output("is a directory");
  // A device is written in place, any other file beside itself and renamed.
  if (fs::is_other(output, ignored)) return;
  if (access(folder.c_str(), W_OK) != 0)
    throw refuse_output(fmt::format("the folder '{}' is not writable", folder.string()));
  for (const fs::path& input : inputs) {
    if (fs::equivalent(output, input, ignored)) throw refuse_output("the command reads this file");
  }
}

}  // namespace edgebert::sim
