#include "reference/apiserver/handlers.hpp"

#include <fmt/format.h>

#include "reference/apiserver/authorization.hpp"
#include "reference/apiserver/namespaces.hpp"
#include "reference/apiserver/node_restriction.hpp"
#include "reference/apiserver/not_reconciled.hpp"
#include "reference/apiserver/patch.hpp"
#include "reference/apiserver/presentation.hpp"
#include "reference/apiserver/request_options.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"
#include "reference/apiserver/subresources.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto apply_refused =
    "server-side apply (application/apply-patch+yaml) is not supported by this server: use client-side apply";

class Handler {
public:
    Handler(Registry& registry, const Switches& switches, const User& user, const RequestInfo& info,
            const Request& request)
        : registry_(registry),
          switches_(switches),
          info_(info),
          request_(request),
          resource_(*info.resource),
          key_{resource_, resource_.namespaced ? info.namespace_name : std::string{}, info.name},
          call_{user, info.verb, info.subresource, false},
          presentation_(request, to_rfc3339(registry.now())),
          node_(node_of(user)) {}

    Response respond() {
        const auto& verb = info_.verb;
        if (verb == "get") return get();
        if (verb == "list") return list();
        if (verb == "create") return info_.subresource.empty() ? create() : create_subresource();
        if (verb == "update") return update();
        if (verb == "patch") return patch();
        if (!info_.subresource.empty()) throw method_not_allowed();
        return verb == "delete" ? remove() : remove_collection();
    }

private:
    bool is(const char* subresource) const { return info_.subresource == subresource; }

    Response shown(const Json& object, int status = 200) const {
        return {.status = status, .body = presentation_.object(resource_, object)};
    }

    /// The whole object, its status, or its scale can be read; binding and eviction cannot.
    void require_readable() const {
        if (is("binding") || is("eviction") || is("finalize")) throw method_not_allowed();
    }

    Response get() {
        require_readable();
        const auto revision = parse_resource_version(request_);
        const auto object = revision ? registry_.get_cached(key_, *revision) : registry_.get(key_);
        return shown(is("scale") ? scale_of(*object) : *object);
    }

    Response list() {
        if (!info_.subresource.empty()) throw method_not_allowed();
        const auto result = registry_.list(key_, parse_list_options(info_, request_));
        return {.status = 200, .body = presentation_.list(resource_, result)};
    }

    Json decoded_body() const {
        const bool strict = parameter(request_, "fieldValidation") == "Strict";
        Json object = decode_object(resource_, request_.body, strict ? &request_.duplicate_fields : nullptr);
        const auto given = string_at(object, "/metadata/namespace");
        if (resource_.namespaced && !given.empty() && given != key_.namespace_name)
            throw bad_request(
                "the namespace of the provided object does not match the namespace sent on the request");
        if (resource_.namespaced) object["metadata"]["namespace"] = key_.namespace_name;
        return object;
    }

    Response create() {
        if (!info_.name.empty() || (resource_.namespaced && key_.namespace_name.empty()))
            throw method_not_allowed();
        call_.dry_run = parse_dry_run(request_, "CreateOptions");
        return create(decoded_body());
    }

    Response create(Json object) {
        restrict(object, {});
        if (resource_.namespaced)
            require_open_namespace(registry_, resource_, string_at(object, "/metadata/name"),
                                   key_.namespace_name);
        const Json created = registry_.create(call_, {resource_, key_.namespace_name, ""}, std::move(object));
        if (!call_.dry_run) report_not_reconciled(registry_, resource_, created);
        return shown(created, 201);
    }

    Response create_subresource() {
        call_.dry_run = parse_dry_run(request_, "CreateOptions");
        if (is("binding")) {
            bind_pod(registry_, call_, key_, request_.body,
                     !switches_.contains(Switch::binding_without_precondition));
        } else if (is("eviction")) {
            restrict_current();
            evict_pod(registry_, call_, key_, request_.body, request_);
        } else {
            throw method_not_allowed();
        }
        return {.status = 201, .body = success_status(201)};
    }

    Response update() {
        require_named();
        call_.dry_run = parse_dry_run(request_, "UpdateOptions");
        if (is("finalize")) return shown(finalize_namespace(registry_, call_, key_, request_.body));
        if (is("scale")) {
            const Json scale = decode_kind("autoscaling/v1", "Scale", request_.body);
            return shown(update_scale(
                registry_, call_, key_, [&](const Json&) { return scale; },
                string_at(scale, "/metadata/uid")));
        }
        require_readable();
        const Json body = decoded_body();
        if (const auto name = string_at(body, "/metadata/name"); name != key_.name)
            throw bad_request(fmt::format(
                "the name of the object ({}) does not match the name on the URL ({})", name, key_.name));
        const auto uid = string_at(body, "/metadata/uid");
        try {
            return shown(registry_.update(
                call_, key_,
                [&](const Json& current) {
                    restrict(body, current);
                    return body;
                },
                uid));
        } catch (const StatusError& error) {
            const bool creates = error.code() == 404 && info_.subresource.empty() && uid.empty() &&
                                 allows_create_on_update(resource_);
            if (!creates) throw;
        }
        return create(body);
    }

    Response patch() {
        require_named();
        require_readable();
        call_.dry_run = parse_dry_run(request_, "PatchOptions");
        if (is("scale")) {
            const auto* type = kubernetes::schema().kind("autoscaling/v1", "Scale");
            return shown(update_scale(registry_, call_, key_,
                                      [&](const Json& scale) { return patched(scale, type); }, {}));
        }
        const auto* type = kubernetes::schema().kind(resource_.api_version(), resource_.kind);
        return shown(registry_.update(call_, key_, [&](const Json& current) {
            Json next = decode_object(resource_, patched(current, type));
            if (string_at(next, "/metadata/namespace") != string_at(current, "/metadata/namespace"))
                throw bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request");
            restrict(next, current);
            return next;
        }));
    }

    Json patched(const Json& document, const kubernetes::Type* type) const {
        const auto media_type = request_.content_type.substr(0, request_.content_type.find(';'));
        if (media_type == "application/json-patch+json") return apply_json_patch(document, request_.body);
        if (media_type == "application/merge-patch+json") return apply_merge_patch(document, request_.body);
        if (media_type == "application/strategic-merge-patch+json")
            return apply_strategic_merge_patch(document, request_.body, type);
        if (media_type.starts_with("application/apply-patch")) throw unsupported_media_type(apply_refused);
        throw unsupported_media_type(
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/strategic-merge-patch+json");
    }

    Response remove() {
        call_.dry_run = parse_delete_dry_run(request_.body, request_);
        const auto options = parse_delete_options(request_.body, request_);
        restrict_current();
        if (resource_.kind == "Namespace")
            return shown(remove_namespace(registry_, call_, key_, options).object);
        const auto deleted = registry_.remove(call_, key_, options);
        // Of what is gone, only pods are shown once more (ReturnDeletedObject).
        if (!deleted.removed || resource_.kind == "Pod") return shown(deleted.object);
        return {.status = 200,
                .body = deleted_status(resource_, key_.name, string_at(deleted.object, "/metadata/uid"))};
    }

    Response remove_collection() {
        if (resource_.kind == "Namespace" || (resource_.namespaced && key_.namespace_name.empty()))
            throw method_not_allowed();
        call_.dry_run = parse_delete_dry_run(request_.body, request_);
        const auto options = parse_delete_options(request_.body, request_);
        auto found = registry_.list(key_, parse_list_options(info_, request_));
        for (const auto& object : found.objects) {
            try {
                registry_.remove(
                    call_, {resource_, key_.namespace_name, string_at(*object, "/metadata/name")}, options);
            } catch (const StatusError& error) {
                if (error.code() != 404) throw;
            }
        }
        return {.status = 200, .body = presentation_.list(resource_, found)};
    }

    void require_named() const {
        if (info_.name.empty()) throw method_not_allowed();
    }

    /// A kubelet that ignores spec.nodeName writes to the pods of other nodes. So that this is seen,
    /// NodeRestriction is off for pods where that bug is on.
    void restrict(const Json& object, const Json& current) const {
        const bool lifted = info_.plural == "pods" && switches_.contains(Switch::kubelet_ignores_node_name);
        if (node_ && !lifted) admit_node_write(registry_, {*node_, info_, object, current});
    }

    void restrict_current() const {
        if (!node_) return;
        try {
            restrict({}, *registry_.get(key_));
        } catch (const StatusError& error) {
            // What is not there has no node; whoever looks next says so.
            if (error.code() != 404) throw;
            restrict({}, {});
        }
    }

    Registry& registry_;
    const Switches& switches_;
    const RequestInfo& info_;
    const Request& request_;
    const Resource& resource_;
    const ObjectKey key_;
    Call call_;
    const Presentation presentation_;
    const std::optional<std::string> node_;
};

}  // namespace

Response handle_resource(Registry& registry, const Switches& switches, const User& user,
                         const RequestInfo& info, const Request& request) {
    return Handler(registry, switches, user, info, request).respond();
}

}  // namespace kcheck::reference::apiserver
