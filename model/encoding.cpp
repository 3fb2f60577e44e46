#include "model/encoding.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include <fmt/core.h>

#include "model/components.hpp"

namespace kcheck::model {

namespace {

std::size_t index(int i) { return static_cast<std::size_t>(i); }

/// The name of an object; slot < 0: it is the only one of its kind.
template <class K>
std::string name_of(int slot) {
    return slot < 0 ? std::string(K::singular) : fmt::format("{}[{}]", K::singular, slot);
}

}  // namespace

Encoding::Encoding(Configuration given, Reductions reduce, Bounds room, Footprint footprint)
    : configuration(std::move(given)),
      reductions(reduce),
      bounds(std::move(room)),
      footprint_(std::move(footprint)) {
    variants_.resize(variants().size());
    for (const auto& info : variants())
        variants_[static_cast<std::size_t>(info.variant)] =
            configuration.variants.contains(std::string(info.name));
    if (configuration.templates() > templates_most)
        throw std::length_error("this configuration has more pod templates than kcheck has room for");
    of_pod_.resize(index(bounds.pods));
    occupies_.resize(index(bounds.pods));

    add("nowhere", 1, Part::history);
    add_etcd();
    add_history();
    add_environment();
    add_components(*this);
}

std::size_t Encoding::next_type_number() {
    static std::atomic<std::size_t> next{0};
    return next++;
}

bool Encoding::crowded(int node) const {
    return !is(Variant::kubelet_admits_everything) && configuration.nodes[index(node)].capacity < bounds.pods;
}

bool Encoding::counts_pods_on_nodes() const {
    return std::ranges::any_of(configuration.nodes, [&](const Node& node) {
        return node.capacity < bounds.pods || !node.score.empty();
    });
}

VariableId Encoding::add(std::string name, int size, Part part, Values values, int p, int n) {
    const auto variable = layout.add({std::move(name), size, p, n, values, part});
    if (p >= 0) of_pod_[index(p)].push_back(variable);
    const bool detail = part == Part::cache && !layout[variable].name.ends_with(".exists");
    if (p >= 0 && !detail && size > 1) occupies_[index(p)].push_back(variable);
    if (values == Values::pod) to_pods_.push_back(variable);
    return variable;
}

std::vector<VariableId> Encoding::add_for_pods(const std::string& name, int size, Part part, Values values,
                                               int n) {
    std::vector<VariableId> variables;
    for (int p = 0; p < bounds.pods; ++p)
        variables.push_back(add(fmt::format("{}[{}]", name, p), size, part, values, p, n));
    return variables;
}

int Encoding::process(const std::string& name, int node) {
    const auto found = std::ranges::find(processes, name, &Process::name);
    if (found == processes.end()) processes.push_back({name, node});
    return static_cast<int>(std::ranges::find(processes, name, &Process::name) - processes.begin());
}

VariableId Encoding::memory(int process, std::string name, int size) {
    const auto variable = add(std::move(name), size, Part::memory);
    if (size > 1) processes[index(process)].memory.push_back(variable);
    return variable;
}

std::vector<VariableId> Encoding::memory_for_pods(int process, const std::string& name, int size,
                                                  Values values) {
    auto variables = add_for_pods(name, size, Part::memory, values);
    auto& lost = processes[index(process)].memory;
    if (size > 1) lost.insert(lost.end(), variables.begin(), variables.end());
    return variables;
}

template <class K>
Variables<K> Encoding::add_record(const std::string& prefix, Part part, int p, int n, int watch,
                                  const std::array<Keep, K::fields>& keep) {
    Variables<K> variables;
    for (int f = 0; f < K::fields; ++f) {
        if (watch >= 0 && !footprint_(watch, f)) continue;
        const auto& field = K::table[index(f)];
        const int size = field.size(configuration, bounds);
        if (size == 1) continue;
        const auto name = prefix + std::string(field.name);
        variables[f] = keep[index(f)] == Keep::whether_set
                           ? add(name + "_is_set", 2, part, Values::plain, p, n)
                           : add(name, size, part, field.values, p, n);
    }
    return variables;
}

template <class K>
void Encoding::add_store(int objects) {
    constexpr bool of_pods = std::is_same_v<K, Pod>;
    for (int slot = 0; slot < objects; ++slot)
        std::get<Store<K>>(stores).objects.push_back(add_record<K>(
            name_of<K>(of_pods || objects > 1 ? slot : -1), Part::etcd, of_pods ? slot : -1, -1, -1, {}));
}

template <class K>
const Watch<K>& Encoding::watch(WatchOf<K> spec) {
    constexpr bool of_pods = std::is_same_v<K, Pod>;
    auto owned = std::make_unique<Watch<K>>();
    auto& watch = *owned;
    const auto& stored = store<K>().objects;
    watch.client = spec.client;
    watch.type = K::resource;
    watch.index = static_cast<int>(watches_.size());
    watch.room = {configuration.staleness.value_or(0), exceeded, exceeded_events + watch.index};
    watch.only = spec.only;
    watch.filter = spec.filter;
    watch.every_event = !reductions.watch_projection;
    if (!watch.every_event) watch.projection = spec.projection;
    watch.receives = std::move(spec.receives);
    watch.on_event = std::move(spec.on_event);
    const auto& keep = watch.projection.keep;
    for (int slot = 0; slot < static_cast<int>(stored.size()); ++slot) {
        const auto name = name_of<K>(of_pods || stored.size() > 1 ? slot : -1);
        watch.copy.push_back(watch.has(slot)
                                 ? add_record<K>(fmt::format("{}.cache.{}", spec.client, name), Part::cache,
                                                 of_pods ? slot : -1, spec.node, watch.index, keep)
                                 : Variables<K>{});
    }
    for (int i = 0; i < bounds.events[index(watch.index)]; ++i) {
        const auto prefix = fmt::format("{}.watch.{}[{}]", spec.client, K::resource, i);
        typename Watch<K>::Event event;
        event.key = add(prefix + (of_pods ? ".pod" : ".present"), static_cast<int>(stored.size()) + 1,
                        Part::queue, of_pods ? Values::pod : Values::plain, -1, spec.node);
        event.record = add_record<K>(prefix, Part::queue, -1, spec.node, watch.index, keep);
        watch.queue.push_back(event);
    }
    watch.node = spec.node;
    watch.deliver = [&watch](auto& c) { receive_and_handle(c, watch); };
    watch.catch_up = [&watch](auto& c) { receive_all(c, watch); };
    watch.relist = [&watch, &stored](auto& c) { list_anew(c, watch, stored); };
    watch.progress = fairness.add(fmt::format("{}: receipt of {}", spec.client, K::resource),
                                  spec.node < 0 ? Fairness::Object::fixed : Fairness::Object::exchangeable,
                                  Fairness::Strength::strong);
    processes[index(spec.process)].watches.push_back(&watch);
    std::get<Store<K>>(stores).watches.push_back(&watch);
    watches_.push_back(std::move(owned));
    return watch;
}
template const Watch<Deployment>& Encoding::watch(WatchOf<Deployment>);
template const Watch<ReplicaSet>& Encoding::watch(WatchOf<ReplicaSet>);
template const Watch<Pod>& Encoding::watch(WatchOf<Pod>);

void Encoding::add_etcd() {
    add_store<Deployment>(1);
    add_store<ReplicaSet>(configuration.templates());
    add_store<Pod>(bounds.pods);
    revision_behind = add("etcd.revision_behind", 2, Part::etcd);
    if (is(Variant::uids_repeat_after_restart)) {
        for (int p = 0; p < bounds.pods; ++p)
            number.push_back(
                add(fmt::format("pod[{}].number", p), bounds.pods + 2, Part::etcd, Values::plain, p));
        uid_next = add("kube-apiserver.next_uid", bounds.pods + 2, Part::memory);
    }
}

void Encoding::add_history() {
    direct_writer = add("history.direct_writer", 3, Part::history);
    lost_update = add("history.lost_update", 2, Part::history);
    name_reused = add("history.name_reused", 2, Part::history);
    uid_repeated = add("history.uid_repeated", 2, Part::history);
    revision_repeated = add("history.revision_repeated", 2, Part::history);
    stray_start = add("history.stray_start", 2, Part::history);
    completed = add("history.completed", rolls_out() ? 2 : 1, Part::history);
    exceeded =
        add("bounds.exceeded", exceeded_events + static_cast<int>(bounds.events.size()), Part::history);
    for (int p = 0; p < bounds.pods; ++p)
        bindings.push_back(add(fmt::format("history.bindings[{}]", p), 3, Part::history, Values::plain, p));
    for (int p = 0; p < bounds.pods; ++p)
        aged.push_back(add(fmt::format("pod[{}].aged", p), configuration.waits_until_available ? 2 : 1,
                           Part::environment, Values::plain, p));
}

void Encoding::add_environment() {
    const auto& c = configuration;
    operations_done = add("user.operations_done", static_cast<int>(c.operations.size()) + 1, Part::user);
    crashes_used = add("environment.crashes", c.crashes + 1, Part::environment);
    replies_lost = add("environment.replies_lost", c.lost_replies + 1, Part::environment);
}

}  // namespace kcheck::model
