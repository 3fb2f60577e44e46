#include "reference/apiserver/registry.hpp"

#include <array>
#include <random>

#include <fmt/format.h>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr int generate_name_tries = 8;           // store.go: maxNameGenerationCreateAttempts
constexpr std::size_t generated_base_most = 58;  // storage/names/generate.go: maxGeneratedNameLength

std::mt19937_64& dice() {
    thread_local std::mt19937_64 generator{[] {
        std::random_device device;
        return (static_cast<std::uint64_t>(device()) << 32U) | device();
    }()};
    return generator;
}

/// apimachinery/pkg/util/rand: no vowels, and nothing that is easily misread.
std::string random_suffix() {
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
    std::string result;
    for (int i = 0; i < 5; ++i) result += letters[pick(dice())];
    return result;
}

std::string uuid(std::uint64_t high, std::uint64_t low) {
    high = (high & ~0xF000ULL) | 0x4000ULL;
    low = (low & ~(0xC000ULL << 48U)) | (0x8000ULL << 48U);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                       high & 0xFFFFU, low >> 48U, low & 0xFFFF'FFFF'FFFFULL);
}

/// As it is stored: the resourceVersion is that of the key.
std::string encode(const Json& object) {
    Json stored = object;
    stored["metadata"].erase("resourceVersion");
    return stored.dump();
}

}  // namespace

std::string ObjectKey::text() const {
    auto result = resource.key_prefix();
    if (resource.namespaced && !namespace_name.empty()) result += namespace_name + "/";
    return result + name;
}

Registry::Registry(store::Store& store, const ApiServerOptions& options) : store_(store), options_(options) {}

std::shared_ptr<WatchCaches> Registry::caches() {
    const std::lock_guard lock(caches_mutex_);
    if (!caches_ || caches_->broken()) {
        caches_.reset();
        caches_ = std::make_shared<WatchCaches>(store_);
    }
    return caches_;
}

Json Registry::create(const Call& call, const ObjectKey& key, Json object) {
    const auto& resource = key.resource;
    auto& metadata = object["metadata"];
    const auto base = string_at(metadata, "/generateName");
    const bool generates = string_at(metadata, "/name").empty() && !base.empty();
    if (!string_at(metadata, "/resourceVersion").empty())
        throw bad_request("resourceVersion should not be set on objects to be created");
    for (const auto* field : {"resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"})
        metadata.erase(field);
    if (resource.namespaced) metadata["namespace"] = key.namespace_name;
    metadata["uid"] = generate_uid();
    metadata["creationTimestamp"] = to_rfc3339(options_.now());
    if (generates) metadata["name"] = generate_name(base);
    prepare_create(resource, object);

    for (int attempt = 0; attempt < generate_name_tries; ++attempt) {
        if (attempt > 0) object["metadata"]["name"] = generate_name(base);
        const ObjectKey created{resource, key.namespace_name, string_at(object, "/metadata/name")};
        store::Revision expected = 0;
        if (call.dry_run) {
            if (!store_.get(created.text())) return object;
        } else {
            auto result = write(call, created, object, expected);
            if (!result.committed && options_.switches.contains(Switch::create_without_name_check))
                while (!result.committed)
                    result = write(call, created, object, result.current ? result.current->mod_revision : 0);
            if (result.committed) {
                set_resource_version(object, result.revision);
                return object;
            }
        }
        if (!generates) throw already_exists(resource, created.name);
    }
    throw generate_name_conflict(resource, string_at(object, "/metadata/name"));
}

ObjectPtr Registry::get(const ObjectKey& key) {
    const auto stored = read(key);
    if (!stored) throw not_found(key.resource, key.name);
    return decode(key, *stored);
}

ObjectPtr Registry::get_cached(const ObjectKey& key, store::Revision at_least) {
    const auto caches = this->caches();
    if (!caches->wait_for(at_least)) throw too_large_resource_version(at_least, caches->revision());
    auto object = caches->of(key.resource).find(key.text());
    if (!object) throw not_found(key.resource, key.name);
    return object;
}

Json Registry::update(const Call& call, const ObjectKey& key, const Transform& transform,
                      const std::string& uid) {
    return guaranteed_update(call, key, uid, [&](const Json& current) {
        Json next = transform(current);
        const auto version = string_at(next, "/metadata/resourceVersion");
        const auto current_version = string_at(current, "/metadata/resourceVersion");
        if (version.empty() && !allows_unconditional_update(key.resource))
            throw invalid(key.resource.kind, key.resource.group, key.name,
                          {{"FieldValueInvalid", "metadata.resourceVersion",
                            "Invalid value: 0x0: must be specified for an update"}});
        if (!version.empty() && version != current_version) throw modified(key.resource, key.name);
        next["metadata"]["resourceVersion"] = current_version;
        prepare_update(key.resource, call.subresource, next, current);
        // store.go:ShouldDeleteDuringUpdate
        const bool remove = is_being_deleted(next) && finalizers_of(next).empty() &&
                            !finalizers_of(current).empty() &&
                            int_at(current, "/metadata/deletionGracePeriodSeconds", -1) == 0;
        return Change{std::move(next), remove};
    });
}

Json Registry::modify(const Call& call, const ObjectKey& key, const Transform& transform,
                      const std::string& uid) {
    return guaranteed_update(call, key, uid, [&](const Json& current) {
        return Change{transform(current), false};
    });
}

Json Registry::guaranteed_update(const Call& call, const ObjectKey& key, const std::string& uid,
                                 const std::function<Change(const Json& current)>& change) {
    auto stored = read(key);
    for (;;) {
        if (!stored) throw not_found(key.resource, key.name);
        const auto current = decode(key, *stored);
        if (const auto actual = string_at(*current, "/metadata/uid"); !uid.empty() && uid != actual)
            throw conflict(
                key.resource.plural, key.resource.group, key.name,
                fmt::format("StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, "
                            "AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in "
                            "object meta: {}",
                            key.text(), uid, actual));
        auto changed = change(*current);
        if (call.dry_run) return changed.object;
        if (!changed.remove && changed.object == *current) return changed.object;
        auto result = write(call, key, changed.remove ? Json() : changed.object, stored->mod_revision);
        if (result.committed) {
            set_resource_version(changed.object, result.revision);
            return changed.object;
        }
        stored = std::move(result.current);
    }
}

store::WriteResult Registry::write(const Call& call, const ObjectKey& key, const Json& object,
                                   store::Revision expected) {
    std::unique_lock lock(commits_, std::defer_lock);
    if (options_.on_commit) lock.lock();
    const auto text = key.text();
    auto result =
        object.is_null() ? store_.remove(text, expected) : store_.put(text, encode(object), expected);
    if (result.committed && options_.on_commit) {
        Commit commit{result.revision,  call.user, call.verb, key.resource.plural,
                      call.subresource, text,      object};
        if (!commit.object.is_null()) set_resource_version(commit.object, result.revision);
        options_.on_commit(commit);
    }
    return result;
}

std::optional<store::KeyValue> Registry::read(const ObjectKey& key) { return store_.get(key.text()); }

/// Mostly the cache has parsed it already.
ObjectPtr Registry::decode(const ObjectKey& key, const store::KeyValue& stored) {
    auto object = caches()->of(key.resource).find(stored.key, stored.mod_revision);
    return object ? object : decode_stored(stored.value, stored.mod_revision);
}

std::string Registry::generate_name(const std::string& base) {
    return base.substr(0, generated_base_most) +
           (options_.name_suffix ? options_.name_suffix() : random_suffix());
}

std::string Registry::generate_uid() {
    if (options_.uid) return options_.uid();
    if (!options_.switches.contains(Switch::uids_repeat_after_restart)) return uuid(dice()(), dice()());
    const std::lock_guard lock(uids_mutex_);
    return uuid(0, ++uids_);
}

}  // namespace kcheck::reference::apiserver
