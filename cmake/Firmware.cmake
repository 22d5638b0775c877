# Firmware of your own, against an installed platform (docs/firmware.md).
#
#   edgebert_firmware_elf(<name> SOURCES <file>... [INCLUDES <dir>...] [FLAGS <flag>...])
#
# makes <name>.elf in the build folder: your sources with the shipped start-up code, linker script, hal, drivers and
# schedules. What you define replaces what the shipped library defines in the file of that name: a main.cpp of yours with
# serve() replaces firmware/main.cpp.
include_guard()
set(EDGEBERT_RISCV_INCLUDE_DIR ${EDGEBERT_INCLUDE_DIR})
include(${CMAKE_CURRENT_LIST_DIR}/RiscV.cmake)

function(edgebert_firmware_elf name)
  edgebert_riscv_elf(${name} ${ARGN} LINKER_SCRIPT ${EDGEBERT_DATA_DIR}/firmware/boot/link.ld
                     LINK_FLAGS ${EDGEBERT_DATA_DIR}/firmware/libedgebert-firmware.a)
endfunction()
