# The symbolic engine: a library of its own, so that only its users link Z3.
add_library(kcheck_symbolic STATIC
  ${CMAKE_CURRENT_LIST_DIR}/cone.cpp
  ${CMAKE_CURRENT_LIST_DIR}/symbolic.cpp
  ${CMAKE_CURRENT_LIST_DIR}/symbolic_trace.cpp
  ${CMAKE_CURRENT_LIST_DIR}/z3_encoding.cpp
  ${CMAKE_CURRENT_LIST_DIR}/z3_session.cpp)
target_link_libraries(kcheck_symbolic
  PUBLIC kcheck_options kcheck_checker kcheck_ir
  PRIVATE z3::z3 Threads::Threads)
