#include "manifests/validate.hpp"

#include <string_view>

#include <fmt/format.h>

#include "kubernetes/validation/apps.hpp"
#include "kubernetes/validation/metadata.hpp"
#include "kubernetes/validation/node.hpp"

namespace kcheck::manifests {

namespace {

void refuse(std::string_view kind, const std::string& file, const Value& object,
            const kubernetes::FieldErrors& errors) {
    if (errors.empty()) return;
    const auto& [reason, field, message] = errors.errors().front();
    throw Failure{{file, place_of_field(object, field),
                   fmt::format("The {} {} is invalid: {}: {}", kind,
                               quote(object.at("metadata").at("name").text), field, message),
                   ""}};
}

}  // namespace

void validate_deployment(const std::string& file, const Value& object) {
    kubernetes::FieldErrors errors;
    kubernetes::validate_object_meta(object.at("metadata"), kubernetes::dns_subdomain_problems, errors);
    kubernetes::validate_deployment_spec(object, errors);
    refuse("Deployment", file, object, errors);
}

void validate_node(const std::string& file, const Value& object) {
    kubernetes::FieldErrors errors;
    kubernetes::validate_object_meta(object.at("metadata"), kubernetes::dns_subdomain_problems, errors);
    kubernetes::validate_taints(object.at("spec"), errors);
    kubernetes::validate_node_resources(object.at("status"), errors);
    refuse("Node", file, object, errors);
}

}  // namespace kcheck::manifests
