#include "reference/controllers/deployment_util.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "reference/base/objects.hpp"

namespace kcheck::reference::controllers {

namespace {

enum class Round : std::uint8_t { up, down };

/// intstr.GetScaledValueFromIntOrPercent. What is neither counts 0.
std::int64_t scaled(const Json& value, std::int64_t total, Round round) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return 0;
    const auto text = value.get<std::string>();
    std::int64_t percent = 0;
    std::from_chars(text.data(), text.data() + text.size(), percent);
    const auto product = percent * total;
    return round == Round::up ? (product + 99) / 100 : product / 100;
}

struct Fenceposts {
    std::int64_t surge, unavailable;
};

Fenceposts resolve(const Json& deployment) {
    const auto replicas = spec_replicas(deployment);
    const auto surge = scaled(at(deployment, "/spec/strategy/rollingUpdate/maxSurge"), replicas, Round::up);
    const auto unavailable =
        scaled(at(deployment, "/spec/strategy/rollingUpdate/maxUnavailable"), replicas, Round::down);
    // Both 0 would never make progress; validation refuses it, rounding may yield it.
    return {surge, surge == 0 && unavailable == 0 ? 1 : unavailable};
}

bool is_empty(const Json& value) { return value.is_null() || (value.is_structured() && value.empty()); }

/// Without members that are null or empty, on any level.
Json without_empty(const Json& value) {
    if (!value.is_object() && !value.is_array()) return value;
    Json kept = value.is_object() ? Json::object() : Json::array();
    for (const auto& [key, item] : value.items()) {
        Json inner = without_empty(item);
        if (value.is_array())
            kept.push_back(std::move(inner));
        else if (!is_empty(inner))
            kept[key] = std::move(inner);
    }
    return kept;
}

/// apimachinery/pkg/util/rand:SafeEncodeString: no vowels, so no words.
std::string safe_encode(const std::string& text) {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string encoded;
    for (const char c : text) encoded += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return encoded;
}

bool is_not_copied(const std::string& annotation_name) {
    static const std::set<std::string> skipped = {"kubectl.kubernetes.io/last-applied-configuration",
                                                  revision_annotation,
                                                  revision_history_annotation,
                                                  desired_replicas_annotation,
                                                  max_replicas_annotation,
                                                  "deprecated.deployment.rollback.to"};
    return skipped.contains(annotation_name);
}

bool copy_annotations(const Json& deployment, Json& replica_set) {
    bool changed = false;
    const Json& annotations = at(deployment, "/metadata/annotations");
    if (!annotations.is_object()) return false;
    for (const auto& [key, value] : annotations.items())
        if (!is_not_copied(key) && value.is_string())
            changed = set_annotation(replica_set, key, value.get<std::string>()) || changed;
    return changed;
}

/// The revisions that a ReplicaSet had before it was rolled back to, the oldest dropped where
/// there are too many.
void append_to_history(Json& replica_set, const std::string& revision) {
    constexpr std::size_t length_max = 2000;  // deployment_controller.go:maxRevHistoryLengthInChars
    auto history = annotation(replica_set, revision_history_annotation);
    while (!history.empty() && history.size() + 1 + revision.size() > length_max) {
        const auto comma = history.find(',');
        history = comma == std::string::npos ? std::string() : history.substr(comma + 1);
    }
    set_annotation(replica_set, revision_history_annotation,
                   history.empty() ? revision : history + "," + revision);
}

}  // namespace

std::int64_t spec_replicas(const Json& object) { return int_at(object, "/spec/replicas", 1); }

bool is_rolling_update(const Json& deployment) {
    return string_at(deployment, "/spec/strategy/type", "RollingUpdate") == "RollingUpdate";
}

std::int64_t max_surge(const Json& deployment) {
    return is_rolling_update(deployment) ? resolve(deployment).surge : 0;
}

std::int64_t max_unavailable(const Json& deployment) {
    if (!is_rolling_update(deployment)) return 0;
    return std::min(resolve(deployment).unavailable, spec_replicas(deployment));
}

bool has_progress_deadline(const Json& deployment) {
    constexpr std::int64_t none = std::numeric_limits<std::int32_t>::max();
    return int_at(deployment, "/spec/progressDeadlineSeconds", none) != none;
}

std::int64_t sum_of_spec_replicas(const std::vector<Object>& replica_sets) {
    std::int64_t sum = 0;
    for (const auto& replica_set : replica_sets)
        if (replica_set) sum += spec_replicas(*replica_set);
    return sum;
}

std::int64_t sum_of_status(const std::vector<Object>& replica_sets, const char* field) {
    std::int64_t sum = 0;
    for (const auto& replica_set : replica_sets)
        if (replica_set) sum += int_at(*replica_set, field);
    return sum;
}

std::vector<Object> active_replica_sets(const std::vector<Object>& replica_sets) {
    std::vector<Object> active;
    for (const auto& replica_set : replica_sets)
        if (replica_set && spec_replicas(*replica_set) > 0) active.push_back(replica_set);
    return active;
}

void sort_by_creation(std::vector<Object>& replica_sets) {
    std::sort(replica_sets.begin(), replica_sets.end(), [](const Object& a, const Object& b) {
        return std::pair(created_at(*a), name_of(*a)) < std::pair(created_at(*b), name_of(*b));
    });
}

Json canonical_template(const Json& pod_template) {
    Json canonical = pod_template;
    if (canonical.is_object() && canonical.contains("metadata") && canonical["metadata"].contains("labels"))
        canonical["metadata"]["labels"].erase(pod_template_hash_label);
    return without_empty(canonical);
}

std::string pod_template_hash(const Json& pod_template, const Json& collision_count) {
    std::uint32_t hash = 2166136261;
    const auto feed = [&hash](const std::string& bytes) {
        for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
    };
    feed(canonical_template(pod_template).dump());
    if (collision_count.is_number_integer()) feed(collision_count.dump());
    return safe_encode(std::to_string(hash));
}

Object find_new_replica_set(const Json& deployment, std::vector<Object> replica_sets) {
    sort_by_creation(replica_sets);
    const auto wanted = canonical_template(at(deployment, "/spec/template"));
    for (const auto& replica_set : replica_sets)
        if (canonical_template(at(*replica_set, "/spec/template")) == wanted) return replica_set;
    return nullptr;
}

std::vector<Object> find_old_replica_sets(const std::vector<Object>& replica_sets, const Object& new_one) {
    std::vector<Object> old_ones;
    for (const auto& replica_set : replica_sets)
        if (!new_one || uid_of(*replica_set) != uid_of(*new_one)) old_ones.push_back(replica_set);
    return old_ones;
}

Object find_active_or_latest(const Object& new_one, std::vector<Object> old_ones) {
    if (!new_one && old_ones.empty()) return nullptr;
    sort_by_creation(old_ones);
    auto all = old_ones;
    all.push_back(new_one);
    const auto active = active_replica_sets(all);
    if (active.empty()) return new_one ? new_one : old_ones.back();
    return active.size() == 1 ? active[0] : nullptr;
}

bool is_saturated(const Json& deployment, const Object& replica_set) {
    if (!replica_set) return false;
    const auto wanted = spec_replicas(deployment);
    return annotated_number(*replica_set, desired_replicas_annotation) == wanted &&
           spec_replicas(*replica_set) == wanted &&
           int_at(*replica_set, "/status/availableReplicas") == wanted;
}

std::int64_t new_replica_set_replicas(const Json& deployment, const std::vector<Object>& all,
                                      std::int64_t replicas_now) {
    const auto wanted = spec_replicas(deployment);
    if (!is_rolling_update(deployment)) return wanted;
    const auto room = wanted + max_surge(deployment) - sum_of_spec_replicas(all);
    if (room <= 0) return replicas_now;
    return replicas_now + std::min(room, wanted - replicas_now);
}

std::int64_t proportion(const Json& replica_set, const Json& deployment, std::int64_t to_add,
                        std::int64_t added) {
    const auto replicas = spec_replicas(replica_set);
    if (replicas == 0 || to_add == 0 || to_add == added) return 0;
    std::int64_t share = -replicas;
    if (spec_replicas(deployment) != 0) {
        auto before = annotated_number(replica_set, max_replicas_annotation);
        if (before <= 0) before = int_at(deployment, "/status/replicas");
        if (before == 0) return 0;
        const auto after = spec_replicas(deployment) + max_surge(deployment);
        share = std::llround(static_cast<double>(replicas * after) / static_cast<double>(before)) - replicas;
    }
    const auto left = to_add - added;
    return to_add > 0 ? std::min(share, left) : std::max(share, left);
}

std::int64_t annotated_number(const Json& object, const char* annotation_name) {
    const auto text = annotation(object, annotation_name);
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

std::int64_t max_revision(const std::vector<Object>& replica_sets) {
    std::int64_t newest = 0;
    for (const auto& replica_set : replica_sets)
        newest = std::max(newest, annotated_number(*replica_set, revision_annotation));
    return newest;
}

bool set_annotation(Json& object, const std::string& name, const std::string& value) {
    if (member(at(object, "/metadata/annotations"), name) == value) return false;
    object["metadata"]["annotations"][name] = value;
    return true;
}

bool set_replicas_annotations(Json& replica_set, std::int64_t desired, std::int64_t max) {
    const bool first = set_annotation(replica_set, desired_replicas_annotation, std::to_string(desired));
    const bool second = set_annotation(replica_set, max_replicas_annotation, std::to_string(max));
    return first || second;
}

bool set_new_replica_set_annotations(const Json& deployment, Json& replica_set, std::int64_t revision,
                                     bool exists) {
    bool changed = copy_annotations(deployment, replica_set);
    const auto old_text = annotation(replica_set, revision_annotation);
    const auto old_revision = old_text.empty() ? 0 : annotated_number(replica_set, revision_annotation);
    if (old_revision < 0) return false;  // somebody wrote nonsense: leave it alone
    if (old_revision < revision) {
        set_annotation(replica_set, revision_annotation, std::to_string(revision));
        if (!old_text.empty()) append_to_history(replica_set, old_text);
        changed = true;
    }
    if (!exists) {
        const auto desired = spec_replicas(deployment);
        changed = set_replicas_annotations(replica_set, desired, desired + max_surge(deployment)) || changed;
    }
    return changed;
}

}  // namespace kcheck::reference::controllers
