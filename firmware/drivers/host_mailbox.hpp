// SPDX-License-Identifier: Apache-2.0
// Driver of the host mailbox: one job in, one result out.
#pragma once
#include "contract/mailbox.hpp"

namespace edgebert::firmware {

/// Sleeps until the host posts a job.
void wait_for_job();

/// Copies the posted job, its replay part only if it has one, and tells the host that it was read.
void take_job(mailbox::Job& job);

void answer(const mailbox::Result& result);

}  // namespace edgebert::firmware
