// SPDX-License-Identifier: Apache-2.0
// Sentences from the command line, a text file or a data set. All of it must be UTF-8; nothing is repaired.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgebert::sim {

struct Sentence {
  std::string text;
  std::optional<std::uint32_t> label;  ///< class number, of data sets
  std::string place;                   ///< for messages: "--text", "FILE:LINE"
  std::string task{};                  ///< of a model of several; empty: not said
};

/// A line of a text file and where it stands.
struct TextLine {
  std::string text;
  std::string place;  ///< FILE:LINE
};

bool is_blank(std::string_view text);

/// The lines of a UTF-8 file; a byte order mark and carriage returns are dropped.
/// @param purpose  what the file is, for messages
/// @throws Error(Failure::input) if it cannot be read, is empty or not UTF-8
std::vector<TextLine> lines_of(const std::filesystem::path& path, const char* purpose);

/// One sentence.
/// @throws Error(Failure::input) if it is blank or not UTF-8
Sentence sentence_of_text(const std::string& text);

/// One sentence a line; blank lines are skipped, a byte order mark and carriage returns dropped.
/// @throws Error(Failure::input) if the file cannot be read, has no sentence or is not UTF-8
std::vector<Sentence> sentences_of_file(const std::filesystem::path& path);

/// Tab-separated values with the header line "sentence<TAB>label", as GLUE writes them, or
/// "sentence<TAB>label<TAB>task" for models of several tasks.
/// @param limit  at most this many sentences, from the first; the rest is checked all the same
/// @throws Error(Failure::input) as above, and for a line that is not a sentence, a tab and a class number
///         (and, if the header has it, a tab and a task)
std::vector<Sentence> sentences_of_dataset(const std::filesystem::path& path,
                                           std::optional<std::size_t> limit = std::nullopt);

/// A long run must not end in front of an output file that cannot be written, nor replace what it read.
/// @param inputs  files and folders the command reads; those that do not exist are no matter here
/// @throws Error(Failure::input) if the output has no name, is a folder, is an input, or its folder is none
/// or
///         not writable
void check_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

}  // namespace edgebert::sim
