# What `cmake --install` puts where, below one prefix, in two components:
#   program      bin                      edgebert-sim, iss-run; they find share/edgebert beside bin
#                share/edgebert           configs, the shipped model's image, the firmware, what studies read
#                share/man, share/bash-completion, share/zsh, share/doc/edgebert
#   development  include/edgebert         headers of the rooms below
#                lib, lib/cmake/edgebert  libraries and find_package(edgebert): edgebert::platform, edgebert::golden ...
#                share/edgebert/firmware  firmware as a RISC-V library with its linker script and sources
#                share/edgebert/examples
# docs/install.md says how to use it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Installing and packing take what is built and build nothing.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(data ${CMAKE_INSTALL_DATADIR}/edgebert)
set(documentation ${CMAKE_INSTALL_DATADIR}/doc/edgebert)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/edgebert)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)
install(TARGETS edgebert-sim iss-run RUNTIME)
install(DIRECTORY configs DESTINATION ${data})
install(FILES ${CMAKE_BINARY_DIR}/images/sst2-small.image ${CMAKE_BINARY_DIR}/edgebert-firmware.elf DESTINATION ${data})
install(DIRECTORY tests/data/entropy_logs DESTINATION ${data})
install(FILES checkpoints/sst2-small/README.md checkpoints/sst2-small/dev.tsv DESTINATION ${data}/checkpoints/sst2-small)
set(pages ${CMAKE_BINARY_DIR}/pages)
install(FILES ${pages}/edgebert-sim.1.gz ${pages}/iss-run.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/edgebert-sim.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME edgebert-sim)
install(FILES ${pages}/_edgebert-sim DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES LICENSE DESTINATION ${documentation} RENAME copyright)
install(FILES README.md DESTINATION ${documentation})
install(DIRECTORY docs DESTINATION ${documentation})

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
# What others link: these three and every library of ours behind them. edgebert_platform is edgebert::platform to those who
# find the package.
set(libraries edgebert_platform edgebert_golden edgebert_model)
set(externals)
set(unvisited ${libraries})
while(unvisited)
  list(POP_FRONT unvisited library)
  get_target_property(links ${library} INTERFACE_LINK_LIBRARIES)
  if(NOT links)
    continue()
  endif()
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" link "${link}")
    if(TARGET ${link})
      get_target_property(real ${link} ALIASED_TARGET)
      if(real)
        set(link ${real})
      endif()
    endif()
    if(link MATCHES "^edgebert_" AND NOT link IN_LIST libraries)
      list(APPEND libraries ${link})
      list(APPEND unvisited ${link})
    elseif(NOT link MATCHES "^edgebert_|^PkgConfig::")
      list(APPEND externals ${link})
    endif()
  endforeach()
endwhile()

# Libraries of others among them: how edgebertConfig.cmake finds each, and the Debian package that has it. Those found by
# pkg-config are named there and in cmake/Package.cmake.
set(debian_packages fmt:libfmt-dev yaml-cpp:libyaml-cpp-dev nlohmann_json:nlohmann-json3-dev hwy:libhwy-dev
                    OpenSSL:libssl-dev ICU:libicu-dev ZLIB:zlib1g-dev)
list(REMOVE_DUPLICATES externals)
list(SORT externals)
set(find_dependencies)
set(development_packages)
foreach(external ${externals})
  string(REGEX MATCH "^([^:]+)(::(.*))?$" ignored ${external})
  set(name ${CMAKE_MATCH_1})
  set(component ${CMAKE_MATCH_3})
  if(name MATCHES "^(OpenSSL|ICU)$")
    string(APPEND find_dependencies "find_dependency(${name} COMPONENTS ${component})\n")
  else()
    string(APPEND find_dependencies "find_dependency(${name})\n")
  endif()
  set(debian ${debian_packages})
  list(FILTER debian INCLUDE REGEX "^${name}:")
  if(NOT debian)
    message(FATAL_ERROR "cmake/Install.cmake: a library links ${external}; say in debian_packages which package has ${name}")
  endif()
  string(REPLACE "${name}:" "" debian ${debian})
  list(APPEND development_packages ${debian})
endforeach()

foreach(library ${libraries})
  string(REPLACE edgebert_ "" name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${library} EXPORT edgebert)
endforeach()
target_include_directories(edgebert_options INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/edgebert>)
install(EXPORT edgebert NAMESPACE edgebert:: DESTINATION ${package} FILE edgebertTargets.cmake)
configure_package_config_file(cmake/edgebertConfig.cmake.in ${CMAKE_BINARY_DIR}/edgebertConfig.cmake
                              INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR data)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/edgebertConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/edgebertConfig.cmake ${CMAKE_BINARY_DIR}/edgebertConfigVersion.cmake cmake/RiscV.cmake
              cmake/Firmware.cmake DESTINATION ${package})
install(DIRECTORY contract firmware golden ip model platform DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/edgebert
        FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY firmware DESTINATION ${data} FILES_MATCHING PATTERN "*.cpp" PATTERN "*.S" PATTERN "*.ld")
install(FILES ${CMAKE_BINARY_DIR}/libedgebert-firmware.a DESTINATION ${data}/firmware)
install(DIRECTORY examples DESTINATION ${data})
