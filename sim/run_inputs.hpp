// SPDX-License-Identifier: Apache-2.0
// What a run reads besides its configuration: sentences, the model image, the firmware, and the program
// itself.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "contract/model_image.hpp"
#include "platform/config/soc_config.hpp"
#include "sim/commands.hpp"
#include "sim/inputs.hpp"

namespace edgebert::sim {

/// Where the program's own files are, first ones first: beside it as built, in share/edgebert of its prefix
/// as installed. Configurations, energy and exit tables, model images, firmware, the files of the studies.
std::vector<std::filesystem::path> data_folders();

/// A configuration by its path, or else a shipped one by its name: "edgebert.yaml".
/// @return `name` itself if there is neither; reading it will say so
std::filesystem::path config_file_for(const std::filesystem::path& name);

/// The sentences the options name, each with the task that the option or its data set says, if either does.
/// @param command  for messages: "run"
/// @throws Error(Failure::usage) unless exactly one of text, file and data_set is given;
/// Error(Failure::input)
std::vector<Sentence> sentences_for(const RunOptions& options, const char* command);

/// Which of the image's tasks each sentence is of, by number.
/// @throws Error(Failure::usage) if a sentence names none of several, Error(Failure::input) for others' names
std::vector<std::size_t> tasks_of(const std::vector<Sentence>& sentences, const ModelImage& image);

/// SHA-256 of the sentences, their labels and tasks; where they stand is no part of it.
std::string hash_of(const std::vector<Sentence>& sentences);

/// The image the options name, or else the configuration.
/// @throws Error(Failure::image) if neither does, or there is no such file
std::filesystem::path model_file_for(const RunOptions& options, const SocConfig& soc);

/// The firmware built with the program, not one that the options or the configuration name.
bool runs_own_firmware(const RunOptions& options, const SocConfig& soc);

/// The firmware the options name, or else the configuration, or else the one built with the program.
/// @throws Error(Failure::firmware) if there is no such file
std::filesystem::path firmware_file_for(const RunOptions& options, const SocConfig& soc);

/// The energy table the configuration names; nothing if it names none.
/// @throws Error(Failure::config) if there is no such file
std::optional<std::filesystem::path> energy_table_file_for(const RunOptions& options, const SocConfig& soc);
/// The exit table the configuration names, which policies that predict need; nothing for the others.
/// @throws Error(Failure::config) if it names none, Error(Failure::input) if there is no such file
std::optional<std::filesystem::path> predictor_file_for(const std::filesystem::path& config,
                                                        const SocConfig& soc);

/// The executable of this process.
std::filesystem::path program_file();

}  // namespace edgebert::sim
