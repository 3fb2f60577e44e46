#include "reference/controllers/controller_ref_manager.hpp"

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

std::string path_of(const ResourceKind& kind, const Json& object) {
    return client::collection_path(kind.api_version, kind.plural, namespace_of(object)) + "/" +
           name_of(object);
}

Json owner_patch(const Json& child, Json reference) {
    return {{"metadata", {{"uid", uid_of(child)}, {"ownerReferences", Json::array({std::move(reference)})}}}};
}

enum class Verdict : std::uint8_t { ours, not_ours, adopt, release };

/// controller_ref_manager.go:ClaimObject, but for the requests.
Verdict judge(const Json& owner, const Json& child) {
    const bool matches = selector_matches(at(owner, "/spec/selector"), at(child, "/metadata/labels"));
    if (const Json* controller = controller_of(child)) {
        if (string_at(*controller, "/uid") != uid_of(owner)) return Verdict::not_ours;
        if (matches) return Verdict::ours;
        return is_deleting(owner) ? Verdict::not_ours : Verdict::release;
    }
    if (!matches || is_deleting(owner) || is_deleting(child)) return Verdict::not_ours;
    return Verdict::adopt;
}

/// controller_ref_manager.go:RecheckDeletionTimestamp.
Task<SyncResult> may_adopt(client::Api& api, Object owner, ResourceKind kind) {
    const Response fresh = co_await api.call(client::get_request(path_of(kind, *owner)));
    if (!fresh.is_success()) co_return Failure{client::error_message(fresh)};
    if (uid_of(fresh.body) != uid_of(*owner))
        co_return Failure{fmt::format("original {} {} is gone: got uid {}, wanted {}", kind.kind,
                                      key_of(*owner), uid_of(fresh.body), uid_of(*owner))};
    if (is_deleting(fresh.body))
        co_return Failure{fmt::format("{} {} has just been deleted", kind.kind, key_of(*owner))};
    co_return std::nullopt;
}

}  // namespace

Task<Claimed> claim_children(client::Api& api, Claim claim) {
    Claimed result;
    bool rechecked = false;
    SyncResult adoption;  // why nothing may be adopted
    for (const auto& child : claim.candidates) {
        const Verdict verdict = judge(*claim.owner, *child);
        if (verdict == Verdict::ours) result.children.push_back(child);
        if (verdict == Verdict::ours || verdict == Verdict::not_ours) continue;
        const bool adopts = verdict == Verdict::adopt;
        if (adopts && !std::exchange(rechecked, true)) {
            SyncResult refused = co_await may_adopt(api, claim.owner, claim.owner_kind);
            adoption = std::move(refused);
        }
        if (adopts && adoption) {
            if (!result.failure)
                result.failure = Failure{fmt::format("can't adopt {} {}: {}", claim.child_kind.kind,
                                                     key_of(*child), adoption->why)};
            continue;
        }
        Json reference =
            adopts ? controller_reference(*claim.owner, claim.owner_kind.api_version, claim.owner_kind.kind)
                   : Json{{"$patch", "delete"}, {"uid", uid_of(*claim.owner)}};
        const Response reply = co_await api.call(client::patch_request(
            path_of(claim.child_kind, *child), owner_patch(*child, std::move(reference))));
        if (reply.is_success()) {
            if (claim.on_patched) claim.on_patched(reply.body);
            if (adopts) result.children.push_back(child);
            continue;
        }
        // Gone already; or, of a release, no longer the same object.
        if (reply.status == 404 || (!adopts && reply.status == 422)) continue;
        if (!result.failure) result.failure = Failure{client::error_message(reply)};
    }
    co_return result;
}

}  // namespace kcheck::reference::controllers
