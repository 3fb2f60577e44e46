# find_package(kcheck) after `cmake --install BUILD --component engine`. The headers keep their paths:
# below include/kcheck, which the target adds, as they are below the root of this project.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/kcheck)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/kcheckConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/kcheckConfig.cmake INSTALL_DESTINATION ${package})
# Before 1.0 a minor version may change what a model must be.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/kcheckConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

install(TARGETS kcheck_checker EXPORT kcheck ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT engine)
install(EXPORT kcheck NAMESPACE kcheck:: FILE kcheckTargets.cmake DESTINATION ${package} COMPONENT engine)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/kcheckConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/kcheckConfigVersion.cmake DESTINATION ${package} COMPONENT engine)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/kcheck)
install(FILES ${PROJECT_SOURCE_DIR}/ir/class_mask.hpp DESTINATION ${headers}/ir COMPONENT engine)
install(FILES
  explicit.hpp
  explicit_batch.hpp
  explicit_graph.hpp
  explicit_search.hpp
  limits.hpp
  liveness.hpp
  liveness_components.hpp
  liveness_fair.hpp
  liveness_pending.hpp
  liveness_unfold.hpp
  model.hpp
  model_error.hpp
  packing.hpp
  reach.hpp
  store.hpp
  store_chunked.hpp
  DESTINATION ${headers}/checker COMPONENT engine)
