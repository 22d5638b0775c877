// SPDX-License-Identifier: Apache-2.0
// Registers of the host mailbox: the host posts one job, firmware answers with one result
// (contract/mailbox.hpp).
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::mailbox_device {

inline constexpr Register status{0x00, Access::read_only, 0, "STATUS",
                                 "bit 0: a job is waiting; raises the mailbox interrupt"};
inline constexpr Register take{0x04, Access::write_only, 0, "TAKE",
                               "any write: the job was read; lowers the interrupt"};
inline constexpr Register answer{
    0x08, Access::write_only, 0, "ANSWER",
    "any write: the result is complete; the host reads it and may post the next job"};

inline constexpr Register map[] = {status, take, answer};

inline constexpr uint32_t job_offset = 0x1000;     ///< the job's first byte; read-only to the core
inline constexpr uint32_t result_offset = 0x2000;  ///< the result's first byte

}  // namespace edgebert::mailbox_device
