// SPDX-License-Identifier: Apache-2.0
// Settings of the SystemC kernel that every elaboration of ours needs.
#pragma once

namespace edgebert {

/// Time resolution, silence on standard output. Once, before anything is elaborated.
/// @throws Error(internal) the second time: SystemC elaborates once a process
void prepare_kernel();

}  // namespace edgebert
