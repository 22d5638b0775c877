// SPDX-License-Identifier: Apache-2.0
// One job from beginning to end.
#pragma once
#include "contract/mailbox.hpp"
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// Why a job is refused (bad_job), or FailureCode::none.
mailbox::Failure check_job(const mailbox::Job& job, const ModelDescriptor& model);

/// Runs a checked job.
void classify(const Machine& machine, const Plans& plans, const mailbox::Job& job, mailbox::Result& result);

}  // namespace edgebert::firmware
