// SPDX-License-Identifier: Apache-2.0
// Where the model and the firmware a configuration names are looked for.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "contract/error.hpp"

namespace edgebert::config {

/// The first of `folders` that has a file of this name; an absolute name is itself.
/// @param what  for the message: "model image"
/// @throws Error(failure) naming every place that was tried
std::filesystem::path locate(const std::string& name, const std::vector<std::filesystem::path>& folders,
                             const char* what, Failure failure);

}  // namespace edgebert::config
