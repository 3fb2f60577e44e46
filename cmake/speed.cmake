# What makes building faster and changes nothing else.

find_program(KCHECK_MOLD mold DOC "A linker that is several times as fast as GNU ld")
if(KCHECK_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
find_program(KCHECK_CCACHE ccache DOC "Compilers' results of earlier builds")
if(KCHECK_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KCHECK_CCACHE})
endif()

# What costs is reading headers and instantiating JSON, so several files are compiled as one. The files
# of one target must not declare different things of one name in their unnamed namespaces.
function(kcheck_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${KCHECK_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# For targets in which no search of states runs: they are optimized little as well. In a release that is
# enough, and more of it costs a third of the time; in a sanitized tree -Og takes two thirds of -O1.
function(kcheck_cold target)
  kcheck_unity(${target})
  set_target_properties(${target} PROPERTIES KCHECK_COLD ON)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(KCHECK_SANITIZE)
    target_compile_options(${target} PRIVATE -Og)
  endif()
endfunction()
