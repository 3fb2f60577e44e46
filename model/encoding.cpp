#include "model/encoding.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::model {

namespace {

template <int N>
std::array<bool, N> every_field() {
    std::array<bool, N> all{};
    all.fill(true);
    return all;
}

std::size_t index(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Encoding::Encoding(Configuration given, Reductions reduce, Bounds room, Footprint footprint)
    : configuration(std::move(given)), reductions(reduce), bounds(std::move(room)) {
    variants_.resize(variants().size());
    for (const auto& info : variants())
        variants_[static_cast<std::size_t>(info.variant)] =
            configuration.variants.contains(std::string(info.name));
    expects_creations_ = is(Variant::create_timeout_is_success);
    of_pod_.resize(index(bounds.pods));
    occupies_.resize(index(bounds.pods));

    add("nowhere", 1, Part::history);
    add_etcd();
    add_history();
    add_environment();
    add_deployment_controller(footprint);
    add_replica_set_controller(footprint);
    add_scheduler(footprint);
    for (int n = 0; n < static_cast<int>(configuration.nodes.size()); ++n) add_kubelet(n, footprint);
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

PodVariables Encoding::add_pod_record(const std::string& prefix, Part part, int p, int n,
                                      const std::array<bool, pod::fields>& reads, View view) {
    PodVariables variables;
    const auto field = [&](int f, const char* name, int size, Values values = Values::plain) {
        if (reads[index(f)]) variables[f] = add(prefix + name, size, part, values, p, n);
    };
    field(pod::exists, ".exists", 2);
    field(pod::deleting, ".deleting", 2);
    field(pod::phase, ".phase", 3);
    if (view == View::active)
        field(pod::node, ".assigned", 2);
    else
        field(pod::node, ".node", static_cast<int>(configuration.nodes.size()) + 1, Values::node);
    return variables;
}

WorkloadVariables Encoding::add_workload_record(const std::string& prefix, Part part,
                                                const std::array<bool, workload::fields>& reads) {
    WorkloadVariables variables;
    const auto field = [&](int f, const char* name, int size) {
        if (reads[index(f)]) variables[f] = add(prefix + name, size, part);
    };
    field(workload::exists, ".exists", 2);
    field(workload::replicas, ".replicas", configuration.replicas_max() + 1);
    field(workload::generation, ".generation", bounds.generations + 1);
    field(workload::observed, ".status.observedGeneration", bounds.generations + 1);
    field(workload::status_replicas, ".status.replicas", bounds.pods + 1);
    field(workload::status_available, ".status.availableReplicas", bounds.pods + 1);
    return variables;
}

/// Of the next watch, in the order of Pipeline::watches().
Room Encoding::add_room() {
    const int watch = watches_++;
    return {configuration.staleness.value_or(0), exceeded, exceeded_events + watch};
}

PodWatch Encoding::add_pod_watch(const std::string& client, int node,
                                 const std::array<bool, pod::fields>& reads, View view) {
    PodWatch watch;
    const int length = bounds.events[index(watches_)];
    watch.room = add_room();
    if (reductions.watch_projection) watch.view = view;
    watch.every_event = !reductions.watch_projection;
    watch.client = client;
    watch.node = node;
    const bool of_node = client.starts_with("kubelet");
    const int n = of_node ? static_cast<int>(kubelet.size()) : -1;
    for (int p = 0; p < bounds.pods; ++p)
        watch.copy.push_back(
            add_pod_record(fmt::format("{}.cache.pod[{}]", client, p), Part::cache, p, n, reads, watch.view));
    for (int i = 0; i < length; ++i) {
        PodWatch::Event event;
        const auto prefix = fmt::format("{}.watch.pods[{}]", client, i);
        event.pod = add(prefix + ".pod", bounds.pods + 1, Part::queue, Values::pod, -1, n);
        event.record = add_pod_record(prefix, Part::queue, -1, n, reads, watch.view);
        watch.queue.push_back(event);
    }
    return watch;
}

WorkloadWatch Encoding::add_workload_watch(const std::string& client, const std::string& type,
                                           const std::array<bool, workload::fields>& reads) {
    WorkloadWatch watch;
    const int length = bounds.events[index(watches_)];
    watch.room = add_room();
    watch.every_event = !reductions.watch_projection;
    watch.client = client;
    watch.copy = add_workload_record(fmt::format("{}.cache.{}", client, type), Part::cache, reads);
    for (int i = 0; i < length; ++i) {
        WorkloadWatch::Event event;
        const auto prefix = fmt::format("{}.watch.{}s[{}]", client, type, i);
        event.present = add(prefix + ".present", 2, Part::queue);
        event.record = add_workload_record(prefix, Part::queue, reads);
        watch.queue.push_back(event);
    }
    return watch;
}

void Encoding::add_etcd() {
    deployment = add_workload_record("deployment", Part::etcd, every_field<workload::fields>());
    replica_set = add_workload_record("replicaset", Part::etcd, every_field<workload::fields>());
    for (int p = 0; p < bounds.pods; ++p)
        pod.push_back(add_pod_record(fmt::format("pod[{}]", p), Part::etcd, p, -1, every_field<pod::fields>(),
                                     View::whole));
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
    dropped = add("environment.events_dropped", is(Variant::watch_drops_event) ? 2 : 1, Part::environment);
    const bool crashes = c.crashes > 0;
    late_creates =
        add("environment.late_creates", crashes ? c.crashes * c.replicas_max() + 1 : 1, Part::environment);
    late_scale = add("environment.late_scale", crashes && c.operations.size() > 1 ? c.replicas_max() + 2 : 1,
                     Part::environment);
    for (int p = 0; p < bounds.pods; ++p)
        late_binding.push_back(add(fmt::format("environment.late_binding[{}]", p),
                                   crashes ? static_cast<int>(c.nodes.size()) + 1 : 1, Part::environment,
                                   Values::node, p));
    for (int p = 0; p < bounds.pods; ++p)
        late_deletion.push_back(add(fmt::format("environment.late_deletion[{}]", p), crashes ? 2 : 1,
                                    Part::environment, Values::plain, p));
}

// The watches are added in the order of Pipeline::watches().

void Encoding::add_deployment_controller(const Footprint& footprint) {
    const std::string name = "deployment-controller";
    dc.deployments = add_workload_watch(name, "deployment", every_field<workload::fields>());
    dc.replica_sets = add_workload_watch(name, "replicaset", footprint.deployment_controller);
}

void Encoding::add_replica_set_controller(const Footprint& footprint) {
    const std::string name = "replicaset-controller";
    const int most = configuration.replicas_max();
    rsc.replica_sets = add_workload_watch(name, "replicaset", every_field<workload::fields>());
    rsc.pods = add_pod_watch(name, -1, footprint.replica_set_controller, View::active);
    const auto memory = [&](const char* what, int size) {
        return add(fmt::format("replicaset-controller.{}", what), size, Part::memory);
    };
    rsc.left = memory("batch_left", most + 1);
    rsc.batch = memory("batch_size", most + 1);
    rsc.rest = memory("creations_after_batch", most + 1);
    rsc.failed = memory("batch_failed", 2);
    rsc.deletes = memory("deletions_left", bounds.pods + 1);
    rsc.broken = memory("connection_broken", configuration.crashes > 0 ? 2 : 1);
    rsc.update_status = memory("status_to_update", 2);
    rsc.status_replicas = memory("status_to_update.replicas", bounds.pods + 1);
    rsc.status_available = memory("status_to_update.availableReplicas", bounds.pods + 1);
    rsc.status_observed =
        memory("status_to_update.observedGeneration", layout[replica_set[workload::generation]].size);
    const bool remembers = !is(Variant::no_expectations);
    for (int p = 0; p < bounds.pods; ++p)
        rsc.expects_deletion.push_back(add(fmt::format("replicaset-controller.expects_deletion[{}]", p),
                                           remembers ? 3 : 1, Part::memory, Values::plain, p));
    for (int p = 0; p < bounds.pods; ++p)
        rsc.awaits_pod.push_back(add(fmt::format("replicaset-controller.awaits_pod[{}]", p),
                                     remembers ? 2 : 1, Part::memory, Values::plain, p));
    rsc.expects_creations = memory("expects_creations", expects_creations_ ? most + 1 : 1);
    rsc.awaits_status =
        memory("awaits_status", remembers ? static_cast<int>(rsc.replica_sets.queue.size()) + 1 : 1);
}

void Encoding::add_scheduler(const Footprint& footprint) {
    const std::string name = "kube-scheduler";
    scheduler.pods =
        add_pod_watch(name, -1, footprint.scheduler, counts_pods_on_nodes() ? View::known : View::pending);
    const int places = static_cast<int>(configuration.nodes.size()) + 1;
    for (int p = 0; p < bounds.pods; ++p) {
        const auto memory = [&](const char* what, int size, Values values) {
            return add(fmt::format("kube-scheduler.{}[{}]", what, p), size, Part::memory, values, p);
        };
        scheduler.assumed.push_back(memory("assumed", places, Values::node));
        scheduler.binding.push_back(memory("binding", 2, Values::plain));
        scheduler.broken.push_back(
            memory("connection_broken", configuration.crashes > 0 ? 2 : 1, Values::plain));
    }
}

void Encoding::add_kubelet(int n, const Footprint& footprint) {
    Kubelet here;
    const auto name = fmt::format("kubelet[{}]", n);
    here.pods =
        add_pod_watch(name, is(Variant::kubelet_ignores_node_name) ? -1 : n, footprint.kubelet, View::whole);
    for (int p = 0; p < bounds.pods; ++p)
        here.worker.push_back(
            crowded(n) ? add(fmt::format("{}.worker[{}]", name, p), 3, Part::memory, Values::plain, p, n)
                       : nowhere);
    here.image = add(fmt::format("runtime[{}].image", n), 2, Part::runtime, Values::plain, -1, n);
    for (int p = 0; p < bounds.pods; ++p)
        here.container.push_back(
            add(fmt::format("runtime[{}].container[{}]", n, p), 3, Part::runtime, Values::plain, p, n));
    kubelet.push_back(std::move(here));
}

}  // namespace kcheck::model
