# What the program reads besides its arguments lies beside it, under the names it has in share/edgebert once installed
# (cmake/Install.cmake). In the build tree these are links into the source tree.
foreach(link configs:configs checkpoints:checkpoints entropy_logs:tests/data/entropy_logs)
  string(REPLACE ":" ";" parts ${link})
  list(GET parts 0 name)
  list(GET parts 1 folder)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${folder} ${CMAKE_BINARY_DIR}/${name} SYMBOLIC)
endforeach()
