// What kube-apiserver knows of one resource (k8s.io/apiserver/pkg/registry/rest: the strategies).
//
// The generic registry (registry.hpp) does what is the same for all: names, UIDs, revisions,
// preconditions, deletion, patches. Whatever differs is in a table of these.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

/// One cause of a 422 Invalid (apimachinery/pkg/util/validation/field).
struct FieldError {
    std::string reason;   // "FieldValueRequired", "FieldValueInvalid", "FieldValueNotSupported", ...
    std::string field;    // "spec.template.spec.containers[0].name"
    std::string message;  // "Required value", "Invalid value: -1: must be greater than or equal to 0"
};

struct TableColumn {
    std::string name;
    std::string type;    // "string", "integer"
    std::string format;  // "name" for the first, else empty
    std::string description;
    int priority = 0;  // > 0: only with -o wide
};

struct Resource {
    std::string group;  // empty: the core group
    std::string version = "v1";
    std::string plural, singular, kind;
    std::vector<std::string> short_names = {}, categories = {};
    bool namespaced = true;
    std::vector<std::string> subresources = {};  // "status", "scale", "binding", "eviction"
    bool generation_counts_spec = false;         // metadata.generation is kept
    bool by_schema = false;                      // validation_schema.hpp, beside `validate`
    /// Why a name is none; null: it is to be a DNS subdomain.
    std::string (*name_error)(const std::string& name) = nullptr;
    /// Of what nothing in this cluster acts on: what does not happen; empty: something does.
    std::string_view not_reconciled = {};

    /// Before validation of a create: clears the status and whatever users may not set.
    void (*prepare_for_create)(Json& object) = nullptr;
    /// Of an update through the main endpoint: keeps the old status, and so on.
    void (*prepare_for_update)(Json& object, const Json& old) = nullptr;
    /// Of an update through /status: keeps the old spec and metadata.
    void (*prepare_for_status)(Json& object, const Json& old) = nullptr;
    std::vector<FieldError> (*validate)(const Json& object) = nullptr;
    std::vector<FieldError> (*validate_update)(const Json& object, const Json& old) = nullptr;
    std::vector<FieldError> (*validate_status)(const Json& object, const Json& old) = nullptr;

    /// What field selectors may name, beside metadata.name and metadata.namespace.
    std::map<std::string, std::string> (*fields)(const Json& object) = nullptr;
    std::vector<TableColumn> columns = {};
    /// The cells of a row, in the order of `columns`. `now`: RFC 3339, for ages.
    Json (*cells)(const Json& object, const std::string& now) = nullptr;

    /// "v1" or "apps/v1".
    std::string api_version() const { return group.empty() ? version : group + "/" + version; }
    /// "/registry/pods/", with a namespace part where it is namespaced.
    std::string key_prefix() const { return "/registry/" + plural + "/"; }
};

/// namespaces, nodes, pods, events, replicasets, deployments, leases, and what is only stored.
const std::vector<Resource>& resources();
/// Those of them that take one path: the schema, a few checks, a table (resources_stored.cpp).
std::vector<Resource> stored_resources();
/// Null if there is none.
const Resource* find_resource(const std::string& group, const std::string& version,
                              const std::string& plural);

/// The documents that tell clients what there is: "/api", "/apis", "/apis/apps/v1", "/version",
/// "/openapi/v2" (JSON, or protobuf as kubectl asks for it). Null if `path` is none of them.
const Json* discovery_document(const std::string& path);
/// gnostic's openapi.v2.Document of the same, serialized.
const std::string& openapi_v2_protobuf();

}  // namespace kcheck::reference::apiserver
