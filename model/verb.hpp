// What a step does, as an enumeration: in lists of actions, in traces, and on the wire to a driver
// (docs/driver.md). Together with its component and its objects a verb says which action it is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kcheck::model {

enum class Verb : std::uint8_t {
    apply,
    scale,
    set_image,
    undo,
    create_replicaset,
    scale_replicaset,
    update_status,
    create_pod,
    delete_pod,
    assume,
    bind,
    pull_image,
    admit,
    create_container,
    start_container,
    stop_container,
    report_running,
    report_terminal,
    remove_pod,
    pass,
    drop_event,
    crash,
    late_create,
    late_delete,
    late_bind,
    late_scale,
    collect,
    receive,
};

/// By verb.
inline constexpr std::array<std::string_view, 28> verb_names{
    "apply",
    "scale",
    "set-image",
    "undo",
    "create-replicaset",
    "scale-replicaset",
    "update-status",
    "create-pod",
    "delete-pod",
    "assume",
    "bind",
    "pull-image",
    "admit",
    "create-container",
    "start-container",
    "stop-container",
    "report-running",
    "report-terminal",
    "remove-pod",
    "pass",
    "drop-event",
    "crash",
    "late-create",
    "late-delete",
    "late-bind",
    "late-scale",
    "collect",
    "receive",
};
static_assert(verb_names.size() == static_cast<std::size_t>(Verb::receive) + 1);

constexpr std::string_view name_of(Verb verb) { return verb_names[static_cast<std::size_t>(verb)]; }

}  // namespace kcheck::model
