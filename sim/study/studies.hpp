// SPDX-License-Identifier: Apache-2.0
// All studies, each in a file of its name.
#pragma once
#include <span>
#include <vector>

#include "sim/study/study.hpp"
#include "sim/study/study_runs.hpp"

namespace edgebert::sim {

struct Study {
  const char* name;
  const char* question;
  const char* config;  ///< unless the command line names another
  std::vector<StudyTable> (*tables)(StudyRuns& runs);
};

std::span<const Study> studies();

std::vector<StudyTable> early_exit_study(StudyRuns& runs);
std::vector<StudyTable> latency_targets_study(StudyRuns& runs);
std::vector<StudyTable> silicon_study(StudyRuns& runs);
std::vector<StudyTable> vmac_study(StudyRuns& runs);
std::vector<StudyTable> envm_study(StudyRuns& runs);
std::vector<StudyTable> combined_study(StudyRuns& runs);
std::vector<StudyTable> mobile_gpu_study(StudyRuns& runs);

}  // namespace edgebert::sim
