// SPDX-License-Identifier: Apache-2.0
// One job from beginning to end.
#pragma once
#include "contract/mailbox.hpp"
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// The refusal of a job for this word of it.
mailbox::Failure bad_job(uint32_t word);

/// Why a job of this machine's task is refused (bad_job; does_not_fit: its exit table), or FailureCode::none.
mailbox::Failure check_job(const mailbox::Job& job, const Machine& machine);

/// Runs a checked job.
/// @param arrival  core_cycles() when it arrived
void classify(const Machine& machine, const Plans& plans, const mailbox::Job& job, uint64_t arrival,
              mailbox::Result& result);

/// Decides a checked replay job: everything but the layers' computation.
/// @return no_replay_point if the job does not say what a layer takes at a frequency, otherwise none
mailbox::Failure replay(const Machine& machine, const mailbox::Job& job, uint64_t arrival,
                        mailbox::Result& result);

}  // namespace edgebert::firmware
