// SPDX-License-Identifier: Apache-2.0
// How firmware fails. A machine that failed (unit, trap, watchdog, memory too small) is not trusted with
// another sentence: fail() answers and ends the run. A job that asks for the impossible is answered, and
// firmware goes on.
#pragma once
#include "contract/mailbox.hpp"

namespace edgebert::firmware {

/// Number of the job that a failure is reported for; 0 before the first.
void set_current_job(uint32_t number);

/// Answers the mailbox with this failure and no result, and says so on the console.
void report(const mailbox::Failure& failure);

/// report(), then ends the run with the failure's code.
[[noreturn]] void fail(const mailbox::Failure& failure);

}  // namespace edgebert::firmware
