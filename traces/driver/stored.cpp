#include "traces/driver/stored.hpp"
#include "model/kubelet.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/core.h>

namespace kcheck::traces::driver {

namespace {

using Json = nlohmann::ordered_json;
using Workload = Stored::Workload;

constexpr std::array phases{"Pending", "Running", "Terminal"};
constexpr std::array container_states{"created", "running"};
constexpr std::array workload_members{
    std::pair{"replicas", &Workload::replicas},
    std::pair{"generation", &Workload::generation},
    std::pair{"observedGeneration", &Workload::observed_generation},
    std::pair{"statusReplicas", &Workload::status_replicas},
    std::pair{"statusAvailable", &Workload::status_available},
};
constexpr int number_most = 1 << 20;  // of pods, nodes, replicas: far beyond any model

// ---- of a state of the model

template <class K>
std::optional<Workload> workload_of(const model::Variables<K>& variables, const std::vector<int>& state) {
    using namespace model::workload;
    if (state[variables[exists]] == 0) return std::nullopt;
    return Workload{state[variables[replicas]], state[variables[generation]], state[variables[observed]],
                    state[variables[status_replicas]], state[variables[status_available]]};
}

// ---- of a driver's answer

/// Travels within this file only.
struct Wrong {
    std::string message;
};

void expect(bool is, const std::string& where, const char* what) {
    if (!is) throw Wrong{fmt::format("{} must be {}", where, what)};
}

void expect_members(const Json& json, const std::string& where, std::vector<std::string_view> required,
                    const std::vector<std::string_view>& optional = {}) {
    expect(json.is_object(), where, "an object");
    for (const auto name : required)
        if (!json.contains(name)) throw Wrong{fmt::format("{} has no member \"{}\"", where, name)};
    required.insert(required.end(), optional.begin(), optional.end());
    for (const auto& [name, value] : json.items())
        if (std::ranges::find(required, name) == required.end())
            throw Wrong{fmt::format("{} has an unknown member \"{}\"", where, name)};
}

int read_number(const Json& json, const std::string& where) {
    const bool fits = json.is_number_integer() && json >= 0 && json <= number_most;
    expect(fits, where, "a whole number");
    return json.get<int>();
}

int read_key(const std::string& text, const std::string& where) {
    int number = -1;
    const auto end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    const bool canonical = error == std::errc() && stopped == end && std::to_string(number) == text;
    if (!canonical || number < 0 || number > number_most)
        throw Wrong{fmt::format("{} has a member \"{}\", which is not the number of a pod", where, text)};
    return number;
}

template <std::size_t N>
std::string read_name(const Json& json, const std::string& where, const std::array<const char*, N>& names) {
    const auto found = std::ranges::find_if(names, [&](const char* name) { return json == name; });
    if (found == names.end()) throw Wrong{fmt::format("{} must be one of {}", where, Json(names).dump())};
    return *found;
}

std::optional<Workload> read_workload(const Json& json, const std::string& where) {
    if (json.is_null()) return std::nullopt;
    std::vector<std::string_view> names;
    for (const auto& [name, member] : workload_members) names.emplace_back(name);
    expect_members(json, where, names);
    Workload workload;
    for (const auto& [name, member] : workload_members)
        workload.*member = read_number(json[name], fmt::format("{}.{}", where, name));
    return workload;
}

Stored::Pod read_pod(const Json& json, const std::string& where) {
    expect_members(json, where, {"deleting", "phase", "node"});
    expect(json["deleting"].is_boolean(), where + ".deleting", "true or false");
    Stored::Pod pod{json["deleting"].get<bool>(), read_name(json["phase"], where + ".phase", phases), {}};
    if (!json["node"].is_null()) pod.node = read_number(json["node"], where + ".node");
    return pod;
}

/// "running" is on the pod's own node; an object names the node; an array holds several.
void read_container(const Json& json, const std::string& where, int pod, Stored& into) {
    if (json.is_array()) {
        for (const auto& one : json) read_container(one, where, pod, into);
        return;
    }
    int node = -1;
    std::string state;
    if (json.is_object()) {
        expect_members(json, where, {"node", "state"});
        node = read_number(json["node"], where + ".node");
        state = read_name(json["state"], where + ".state", container_states);
    } else {
        state = read_name(json, where, container_states);
        const auto stored = into.pods.find(pod);
        if (stored == into.pods.end() || !stored->second.node)
            throw Wrong{fmt::format("{} must name the node: pod {} has none", where, pod)};
        node = *stored->second.node;
    }
    if (!into.containers->emplace(std::pair{pod, node}, state).second)
        throw Wrong{fmt::format("{} has two containers on node {}", where, node)};
}

Stored read(const Json& json) {
    expect_members(json, "state", {"deployment", "replicaset", "pods"}, {"containers", "images"});
    Stored stored;
    stored.deployment = read_workload(json["deployment"], "state.deployment");
    stored.replica_set = read_workload(json["replicaset"], "state.replicaset");
    expect(json["pods"].is_object(), "state.pods", "an object");
    for (const auto& [key, pod] : json["pods"].items())
        stored.pods[read_key(key, "state.pods")] = read_pod(pod, "state.pods." + key);
    if (json.contains("containers")) {
        expect(json["containers"].is_object(), "state.containers", "an object");
        stored.containers.emplace();
        for (const auto& [key, container] : json["containers"].items())
            read_container(container, "state.containers." + key, read_key(key, "state.containers"), stored);
    }
    if (json.contains("images")) {
        expect(json["images"].is_array(), "state.images", "an array");
        stored.images.emplace();
        for (const auto& node : json["images"]) stored.images->insert(read_number(node, "state.images"));
    }
    return stored;
}

// ---- for comparison: objects, each with its members, in words

using Members = std::vector<std::pair<std::string, std::string>>;
using Objects = std::map<std::string, Members>;

Members words_of(const Workload& workload) {
    Members words;
    for (const auto& [name, member] : workload_members)
        words.emplace_back(name, std::to_string(workload.*member));
    return words;
}

Objects words_of(const Stored& stored, bool containers, bool images) {
    Objects words;
    if (stored.deployment) words["deployment"] = words_of(*stored.deployment);
    if (stored.replica_set) words["replicaset"] = words_of(*stored.replica_set);
    for (const auto& [p, pod] : stored.pods)
        words[fmt::format("pod {}", p)] = {{"deleting", pod.deleting ? "true" : "false"},
                                           {"phase", pod.phase},
                                           {"node", pod.node ? std::to_string(*pod.node) : "null"}};
    if (containers)
        for (const auto& [where, state] : *stored.containers)
            words[fmt::format("container of pod {} on node {}", where.first, where.second)] = {
                {"state", state}};
    if (images)
        for (const int node : *stored.images) words[fmt::format("node {}", node)] = {{"image", "present"}};
    return words;
}

std::string joined(const Members& members) {
    std::string text;
    for (const auto& [name, value] : members)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
    return text;
}

}  // namespace

Stored stored_of(const model::Encoding& k, const std::vector<int>& state) {
    Stored stored;
    stored.deployment = workload_of(k.deployment(), state);
    stored.replica_set = workload_of(k.replica_set(), state);
    stored.containers.emplace();
    stored.images.emplace();
    for (int p = 0; p < k.pods(); ++p) {
        const auto& variables = k.pod(p);
        if (state[variables[model::pod::exists]] == 1) {
            const int node = state[variables[model::pod::node]];
            stored.pods[p] = {state[variables[model::pod::deleting]] == 1,
                              phases[static_cast<std::size_t>(state[variables[model::pod::phase]])],
                              node == 0 ? std::nullopt : std::optional(node - 1)};
        }
        for (int n = 0; n < k.nodes(); ++n)
            if (const int container = state[k.the<model::Kubelet>(n).container_of(p)]; container != 0)
                stored.containers->emplace(std::pair{p, n},
                                           container_states[static_cast<std::size_t>(container) - 1]);
    }
    for (int n = 0; n < k.nodes(); ++n)
        if (state[k.the<model::Kubelet>(n).images.front()] == 1) stored.images->insert(n);
    return stored;
}

Json to_json(const Stored& stored) {
    const auto workload = [](const std::optional<Workload>& of) {
        if (!of) return Json(nullptr);
        Json json = Json::object();
        for (const auto& [name, member] : workload_members) json[name] = (*of).*member;
        return json;
    };
    Json pods = Json::object();
    for (const auto& [p, pod] : stored.pods)
        pods[std::to_string(p)] = {{"deleting", pod.deleting},
                                   {"phase", pod.phase},
                                   {"node", pod.node ? Json(*pod.node) : Json(nullptr)}};
    Json json{{"deployment", workload(stored.deployment)},
              {"replicaset", workload(stored.replica_set)},
              {"pods", pods}};
    if (stored.containers) {
        json["containers"] = Json::object();
        for (const auto& [where, state] : *stored.containers) {
            const auto& [p, node] = where;
            const auto pod = stored.pods.find(p);
            auto& into = json["containers"][std::to_string(p)];
            const Json one{{"node", node}, {"state", state}};
            const auto next = stored.containers->upper_bound(where);
            const bool last = next == stored.containers->end() || next->first.first != p;
            if (into.is_array() || !last)
                into.push_back(one);
            else if (pod != stored.pods.end() && pod->second.node == node)
                into = state;
            else
                into = one;
        }
    }
    if (stored.images) json["images"] = *stored.images;
    return json;
}

tl::expected<Stored, std::string> read_stored(const Json& json) {
    try {
        return read(json);
    } catch (const Wrong& wrong) {
        return tl::unexpected(wrong.message);
    }
}

std::vector<Difference> differences(const Stored& expected, const Stored& found) {
    const bool containers = found.containers.has_value(), images = found.images.has_value();
    const auto wanted = words_of(expected, containers, images);
    const auto got = words_of(found, containers, images);
    std::vector<Difference> result;
    for (const auto& [object, members] : wanted) {
        const auto other = got.find(object);
        if (other == got.end()) {
            result.push_back({object, joined(members), "nothing"});
            continue;
        }
        for (std::size_t i = 0; i < members.size(); ++i)
            if (members[i].second != other->second[i].second)
                result.push_back({fmt::format("{}: {}", object, members[i].first), members[i].second,
                                  other->second[i].second});
    }
    for (const auto& [object, members] : got)
        if (!wanted.contains(object)) result.push_back({object, "nothing", joined(members)});
    return result;
}

}  // namespace kcheck::traces::driver
