# MIPS of the bare core: `ninja dhrystone_like` builds and runs it. Not a test: it reports host time.
include(${CMAKE_SOURCE_DIR}/cmake/RiscV.cmake)
edgebert_riscv_elf(dhrystone_like_guest
  SOURCES ${CMAKE_SOURCE_DIR}/tests/iss/programs/start.S dhrystone_like_guest.cpp
  LINKER_SCRIPT ${CMAKE_SOURCE_DIR}/tests/iss/programs/link.ld
  FLAGS -fno-tree-loop-distribute-patterns)
add_executable(dhrystone_like_bench dhrystone_like_bench.cpp)
target_link_libraries(dhrystone_like_bench PRIVATE edgebert_options edgebert_rv32 fmt::fmt)
add_custom_target(dhrystone_like
  COMMAND dhrystone_like_bench $<TARGET_PROPERTY:dhrystone_like_guest,EDGEBERT_ELF>
  DEPENDS dhrystone_like_guest
  USES_TERMINAL)
