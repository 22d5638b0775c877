# Bare-metal RISC-V programs, built beside the host's with custom commands: CMake keeps its one host toolchain.
#
#   edgebert_riscv_elf(<name> SOURCES <file>... LINKER_SCRIPT <file>
#                      [INCLUDES <dir>...] [FLAGS <flag>...] [LINK_FLAGS <flag>...] [OUTPUT <file>])
#
# makes the target <name>, part of all, which builds ${CMAKE_BINARY_DIR}/<name>.elf (or OUTPUT) from .S and .cpp
# sources and follows their headers through depfiles. The target's property EDGEBERT_ELF is the file's path,
# EDGEBERT_OBJECTS its objects.
#
# Debian's riscv64-unknown-elf-g++ 12 has no standard library. It needs -march=..._zicsr_zifencei to accept CSR
# instructions, but with that string it picks the 64-bit libgcc: so the link names plain rv32imac, and goes through the
# gcc driver, because g++ would add -lstdc++.
include_guard()
find_program(EDGEBERT_RISCV_GXX riscv64-unknown-elf-g++)
find_program(EDGEBERT_RISCV_GCC riscv64-unknown-elf-gcc)
find_program(EDGEBERT_RISCV_AR riscv64-unknown-elf-ar)
if(NOT EDGEBERT_RISCV_GXX OR NOT EDGEBERT_RISCV_GCC OR NOT EDGEBERT_RISCV_AR)
  message(FATAL_ERROR "The RISC-V compiler riscv64-unknown-elf-g++ was not found. Install it with: apt-get install "
                      "gcc-riscv64-unknown-elf, or run scripts/install-packages")
endif()

# Where contract/ and firmware/ are included from.
if(NOT EDGEBERT_RISCV_INCLUDE_DIR)
  set(EDGEBERT_RISCV_INCLUDE_DIR ${CMAKE_SOURCE_DIR})
endif()
# Debug information names sources by their path in the tree: the same files wherever they were built.
set(EDGEBERT_RISCV_COMPILE_FLAGS -march=rv32imac_zicsr_zifencei -mabi=ilp32 -mcmodel=medany -O2 -g -Wall -Wextra -Werror
                                 -ffreestanding -ffunction-sections -fdata-sections
                                 -fdebug-prefix-map=${CMAKE_SOURCE_DIR}/=)
set(EDGEBERT_RISCV_CXX_FLAGS -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit
                             -fno-unwind-tables -fno-asynchronous-unwind-tables)
set(EDGEBERT_RISCV_LINK_FLAGS -march=rv32imac -mabi=ilp32 -nostdlib -nostartfiles -static -Wl,--gc-sections
                              -Wl,--no-warn-rwx-segments -Wl,--build-id=none)

function(edgebert_riscv_elf name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "LINKER_SCRIPT;OUTPUT" "SOURCES;INCLUDES;FLAGS;LINK_FLAGS")
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES OR NOT ARG_LINKER_SCRIPT)
    message(FATAL_ERROR "edgebert_riscv_elf(${name}): SOURCES and LINKER_SCRIPT are needed, "
                        "'${ARG_UNPARSED_ARGUMENTS}' is not understood")
  endif()
  if(NOT ARG_OUTPUT)
    set(ARG_OUTPUT ${CMAKE_BINARY_DIR}/${name}.elf)
  endif()
  set(includes)
  foreach(directory IN LISTS ARG_INCLUDES)
    cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND includes -I${directory})
  endforeach()
  list(APPEND includes -I${EDGEBERT_RISCV_INCLUDE_DIR})

  set(objects)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE relative)
    string(REPLACE "../" "" relative ${relative})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir/${relative}.o)
    cmake_path(GET object PARENT_PATH object_directory)
    file(MAKE_DIRECTORY ${object_directory})
    set(language_flags)
    if(source MATCHES "\\.cpp$")
      set(language_flags ${EDGEBERT_RISCV_CXX_FLAGS})
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${EDGEBERT_RISCV_GXX} ${EDGEBERT_RISCV_COMPILE_FLAGS} ${language_flags} ${includes} ${ARG_FLAGS}
              -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source}
      DEPFILE ${object}.d
      COMMENT "Building RISC-V object ${name}.dir/${relative}.o"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  set(script ${ARG_LINKER_SCRIPT})
  cmake_path(ABSOLUTE_PATH script BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  add_custom_command(
    OUTPUT ${ARG_OUTPUT}
    COMMAND ${EDGEBERT_RISCV_GCC} ${EDGEBERT_RISCV_LINK_FLAGS} -T ${script} ${objects} ${ARG_LINK_FLAGS} -lgcc
            -o ${ARG_OUTPUT}
    DEPENDS ${objects} ${script}
    COMMENT "Linking RISC-V program ${name}"
    VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${ARG_OUTPUT})
  set_target_properties(${name} PROPERTIES EDGEBERT_ELF ${ARG_OUTPUT} EDGEBERT_OBJECTS "${objects}")
endfunction()
