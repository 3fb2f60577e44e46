#include "reference/controllers/pod_ranking.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <tuple>

#include "reference/base/objects.hpp"

namespace kcheck::reference::controllers {

namespace {

int phase_rank(const Json& pod) {
    const auto phase = string_at(pod, "/status/phase");
    if (phase == "Pending") return 0;
    return phase == "Unknown" ? 1 : 2;
}

int deletion_cost(const Json& pod) {
    const auto text = annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
    int cost = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
    return error == std::errc() && end == text.data() + text.size() ? cost : 0;
}

std::int64_t restarts(const Json& pod) {
    std::int64_t most = 0;
    const Json& statuses = at(pod, "/status/containerStatuses");
    if (statuses.is_array())
        for (const auto& status : statuses) most = std::max(most, int_at(status, "/restartCount"));
    return most;
}

Time ready_since(const Json& pod) {
    const Json* ready = find_condition(pod, "Ready");
    return ready == nullptr ? Time() : time_at(*ready, "/lastTransitionTime").value_or(Time());
}

/// Ages that differ by less than a factor of two are equal (logarithmicRankDiff). A time that is
/// not known counts as the newest.
int age_bucket(Time since, Time now) {
    if (since == Time() || since > now) return -1;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
    return std::bit_width(static_cast<std::uint64_t>(seconds));
}

struct Ranked {
    Object pod;
    std::tuple<bool, int, bool, int> what_it_is;  // the lowest goes first
    std::tuple<std::int64_t, int, std::int64_t, int, std::string> where_and_when;
};

Ranked rank(const Object& pod, const std::map<std::string, int>& siblings, Time now) {
    const auto node = string_at(*pod, "/spec/nodeName");
    const bool ready = is_pod_ready(*pod);
    const auto on_node = siblings.find(node);
    const int colocated = on_node == siblings.end() ? 0 : on_node->second;
    return {pod,
            {!node.empty(), phase_rank(*pod), ready, deletion_cost(*pod)},
            {-colocated, ready ? age_bucket(ready_since(*pod), now) : 0, -restarts(*pod),
             age_bucket(created_at(*pod), now), uid_of(*pod)}};
}

}  // namespace

std::vector<Object> pods_to_delete(Environment& environment, const Activity& activity,
                                   std::vector<Object> pods, const std::vector<Object>& related,
                                   std::size_t count) {
    if (count >= pods.size()) return pods;
    std::map<std::string, int> siblings;
    for (const auto& pod : related)
        if (is_pod_active(*pod)) ++siblings[string_at(*pod, "/spec/nodeName")];
    std::vector<Ranked> ranked;
    for (const auto& pod : pods) ranked.push_back(rank(pod, siblings, environment.now()));
    std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
        return std::tie(a.what_it_is, a.where_and_when) < std::tie(b.what_it_is, b.where_and_when);
    });

    std::vector<Object> victims;
    while (victims.size() < count) {
        const auto equals =
            static_cast<std::size_t>(std::count_if(ranked.begin(), ranked.end(), [&](const Ranked& other) {
                return other.what_it_is == ranked[0].what_it_is;
            }));
        std::size_t chosen = 0;
        if (equals > count - victims.size()) {
            std::vector<std::string> names;
            for (std::size_t i = 0; i < equals; ++i) names.push_back(name_of(*ranked[i].pod));
            chosen = environment.choose(activity, names, 0);
        }
        victims.push_back(ranked[chosen].pod);
        ranked.erase(ranked.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    return victims;
}

}  // namespace kcheck::reference::controllers
