// Storage (pkg/printers/internalversion/printers.go).
#include <array>

#include <fmt/format.h>

#include "reference/apiserver/tables_stored.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

const Json& metadata(const Json& object) { return member(object, "metadata"); }

std::string or_unset(const std::string& text) { return text.empty() ? "<unset>" : text; }

bool is_listed(const Json& owner, std::string_view list, std::string_view wanted) {
    for (const auto& each : list_of(owner, list))
        if (each == wanted) return true;
    return false;
}

/// helper.GetAccessModesAsString: in this order, each once.
std::string access_modes(const Json& owner) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> modes = {
        {{"ReadWriteOnce", "RWO"},
         {"ReadOnlyMany", "ROX"},
         {"ReadWriteMany", "RWX"},
         {"ReadWriteOncePod", "RWOP"}}};
    std::vector<std::string_view> found;
    for (const auto& [mode, abbreviation] : modes)
        if (is_listed(owner, "accessModes", mode)) found.push_back(abbreviation);
    return fmt::format("{}", fmt::join(found, ","));
}

std::string phase(const Json& object) {
    return member(metadata(object), "deletionTimestamp").is_null() ? text_of(status_of(object), "phase")
                                                                   : "Terminating";
}

/// The annotation is older than the field.
std::string class_of(const Json& object) {
    const Json& annotations = member(metadata(object), "annotations");
    const auto old = text_of(annotations, "volume.beta.kubernetes.io/storage-class");
    return old.empty() ? text_of(spec_of(object), "storageClassName") : old;
}

std::string storage(const Json& amounts) { return text_of(amounts, "storage"); }

constexpr Column volume_mode = {
    "VolumeMode",
    [](const Json& object, Now) -> Json { return or_unset(text_of(spec_of(object), "volumeMode")); },
    "string", 1};
constexpr Column attributes_class = {
    "VolumeAttributesClass", [](const Json& object, Now) -> Json {
        return or_unset(text_of(spec_of(object), "volumeAttributesClassName"));
    }};
constexpr Column storage_class_name = {"StorageClass",
                                       [](const Json& object, Now) -> Json { return class_of(object); }};
constexpr Column phase_cell = {"Status", [](const Json& object, Now) -> Json { return phase(object); }};

constexpr Column volume_columns[] = {
    name_cell,
    {"Capacity",
     [](const Json& object, Now) -> Json { return storage(member(spec_of(object), "capacity")); }},
    {"Access Modes", [](const Json& object, Now) -> Json { return access_modes(spec_of(object)); }},
    {"Reclaim Policy",
     [](const Json& object, Now) -> Json {
         return text_of(spec_of(object), "persistentVolumeReclaimPolicy");
     }},
    phase_cell,
    {"Claim",
     [](const Json& object, Now) -> Json {
         const Json& claim = member(spec_of(object), "claimRef");
         return claim.is_null() ? "" : text_of(claim, "namespace") + "/" + text_of(claim, "name");
     }},
    storage_class_name,
    attributes_class,
    {"Reason", [](const Json& object, Now) -> Json { return text_of(status_of(object), "reason"); }},
    age_cell,
    volume_mode,
};

bool is_bound(const Json& claim) { return !text_of(spec_of(claim), "volumeName").empty(); }

constexpr Column claim_columns[] = {
    name_cell,
    phase_cell,
    {"Volume", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "volumeName"); }},
    {"Capacity",
     [](const Json& object, Now) -> Json {
         return is_bound(object) ? storage(member(status_of(object), "capacity")) : "";
     }},
    {"Access Modes",
     [](const Json& object, Now) -> Json { return is_bound(object) ? access_modes(status_of(object)) : ""; }},
    storage_class_name,
    attributes_class,
    age_cell,
    volume_mode,
};

constexpr Column storage_class_columns[] = {
    {"Name",
     [](const Json& object, Now) -> Json {
         const Json& annotations = member(metadata(object), "annotations");
         const bool is_default =
             text_of(annotations, "storageclass.kubernetes.io/is-default-class") == "true";
         return object_name(object) + (is_default ? " (default)" : "");
     }},
    {"Provisioner", [](const Json& object, Now) -> Json { return text_of(object, "provisioner"); }},
    {"ReclaimPolicy", [](const Json& object, Now) -> Json { return text_of(object, "reclaimPolicy"); }},
    {"VolumeBindingMode",
     [](const Json& object, Now) -> Json { return text_of(object, "volumeBindingMode"); }},
    {"AllowVolumeExpansion",
     [](const Json& object, Now) -> Json { return flag_of(object, "allowVolumeExpansion"); }},
    age_cell,
};

template <const auto& name>
Json flag_cell(const Json& object, Now) {
    return flag_of(spec_of(object), name);
}

constexpr std::string_view attach_required = "attachRequired", pod_info = "podInfoOnMount",
                           capacity = "storageCapacity", republish = "requiresRepublish";

constexpr Column csi_driver_columns[] = {
    name_cell,
    {"AttachRequired", flag_cell<attach_required>, "boolean"},
    {"PodInfoOnMount", flag_cell<pod_info>, "boolean"},
    {"StorageCapacity", flag_cell<capacity>, "boolean"},
    {"TokenRequests",
     [](const Json& object, Now) -> Json {
         std::vector<std::string> audiences;
         for (const auto& request : list_of(spec_of(object), "tokenRequests"))
             audiences.push_back(text_of(request, "audience"));
         return audiences.empty() ? "<unset>" : fmt::format("{}", fmt::join(audiences, ","));
     }},
    {"RequiresRepublish", flag_cell<republish>, "boolean"},
    {"Modes",
     [](const Json& object, Now) -> Json {
         std::vector<std::string> modes;
         for (const auto& mode : list_of(spec_of(object), "volumeLifecycleModes"))
             if (mode.is_string()) modes.push_back(mode.get<std::string>());
         return modes.empty() ? "<none>" : fmt::format("{}", fmt::join(modes, ","));
     }},
    age_cell,
};

constexpr Column csi_node_columns[] = {
    name_cell,
    {"Drivers", [](const Json& object, Now) -> Json { return list_of(spec_of(object), "drivers").size(); },
     "integer"},
    age_cell,
};

constexpr Column volume_attachment_columns[] = {
    name_cell,
    {"Attacher", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "attacher"); }},
    {"PV",
     [](const Json& object, Now) -> Json {
         return text_of(member(spec_of(object), "source"), "persistentVolumeName");
     }},
    {"Node", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "nodeName"); }},
    {"Attached", [](const Json& object, Now) -> Json { return flag_of(status_of(object), "attached"); },
     "boolean"},
    age_cell,
};

}  // namespace

constinit const StoredTable volume_table = stored_table<volume_columns>();
constinit const StoredTable claim_table = stored_table<claim_columns>();
constinit const StoredTable storage_class_table = stored_table<storage_class_columns>();
constinit const StoredTable csi_driver_table = stored_table<csi_driver_columns>();
constinit const StoredTable csi_node_table = stored_table<csi_node_columns>();
constinit const StoredTable volume_attachment_table = stored_table<volume_attachment_columns>();

}  // namespace kcheck::reference::apiserver
