// pkg/apis/apps/validation/validation.go: of updates and of status.
#include "kubernetes/schema/schema.hpp"
#include "kubernetes/validation/apps.hpp"
#include "reference/apiserver/validation_errors.hpp"
#include "reference/apiserver/validation_kinds.hpp"
#include "reference/base/json_access.hpp"
#include "reference/base/json_tree.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// Fields of a spec that the schema calls immutable.
void validate_immutable(std::string_view type_name, const Json& object, const Json& old,
                        ValidationErrors& errors) {
    for (const auto& field : kubernetes::schema().type(type_name)->fields) {
        if (!field.immutable) continue;
        errors.immutable("spec", member(object, "spec"), member(old, "spec"), field.name);
    }
}

/// `part` may not be more than `whole`.
void validate_part(const Json& status, std::string_view part, std::string_view whole, std::string_view words,
                   ValidationErrors& errors) {
    const auto count = integer_of(status, part).value_or(0);
    if (count <= integer_of(status, whole).value_or(0)) return;
    errors.invalid(join("status", part), count, "cannot be greater than " + std::string(words));
}

}  // namespace

std::vector<FieldError> validate_deployment(const Json& deployment) {
    ValidationErrors errors;
    kubernetes::validate_deployment_spec(tree_of(deployment), errors.fields());
    return errors.take();
}

std::vector<FieldError> validate_deployment_update(const Json& deployment, const Json& old) {
    ValidationErrors errors;
    kubernetes::validate_deployment_spec(tree_of(deployment), errors.fields());
    validate_immutable("apps.DeploymentSpec", deployment, old, errors);
    return errors.take();
}

std::vector<FieldError> validate_deployment_status(const Json& deployment, const Json& old) {
    ValidationErrors errors;
    const Json& status = member(deployment, "status");
    for (const auto* count : {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
                              "availableReplicas", "unavailableReplicas", "collisionCount"}) {
        errors.at_least("status", status, count, 0);
    }
    validate_part(status, "updatedReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "readyReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
    const auto collisions = integer_of(status, "collisionCount");
    const auto before = integer_of(member(old, "status"), "collisionCount");
    if (before && !collisions) {
        errors.invalid("status.collisionCount", nullptr, "cannot be decremented");
    } else if (before && *collisions < *before) {
        errors.invalid("status.collisionCount", *collisions, "cannot be decremented");
    }
    return errors.take();
}

std::vector<FieldError> validate_replica_set(const Json& replica_set) {
    ValidationErrors errors;
    kubernetes::validate_replica_set_spec(tree_of(replica_set), errors.fields());
    return errors.take();
}

std::vector<FieldError> validate_replica_set_update(const Json& replica_set, const Json& old) {
    ValidationErrors errors;
    kubernetes::validate_replica_set_spec(tree_of(replica_set), errors.fields());
    validate_immutable("apps.ReplicaSetSpec", replica_set, old, errors);
    return errors.take();
}

std::vector<FieldError> validate_replica_set_status(const Json& replica_set, const Json&) {
    ValidationErrors errors;
    const Json& status = member(replica_set, "status");
    for (const auto* count :
         {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"}) {
        errors.at_least("status", status, count, 0);
    }
    validate_part(status, "fullyLabeledReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "readyReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
    return errors.take();
}

}  // namespace kcheck::reference::apiserver
