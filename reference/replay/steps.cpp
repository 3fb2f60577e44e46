// The steps of the control plane.
#include <algorithm>

#include <fmt/core.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

namespace {

constexpr auto deployments_path = "/apis/apps/v1/namespaces/default/deployments";
constexpr auto replica_sets_path = "/apis/apps/v1/namespaces/default/replicasets";
constexpr auto pods_path = "/api/v1/namespaces/default/pods";

const std::string admin = "kubernetes-admin";
const std::string deployment_controller = "system:serviceaccount:kube-system:deployment-controller";
const std::string replica_set_controller = "system:serviceaccount:kube-system:replicaset-controller";
const std::string pod_gc = "system:serviceaccount:kube-system:pod-garbage-collector";

auto is(const char* method, std::string path) {
    return [method, path = std::move(path)](const PendingRequest& pending) {
        return pending.request.method == method && pending.request.path == path;
    };
}

bool is_status_update(const PendingRequest& pending) {
    return pending.request.method == "PUT" && pending.request.path.ends_with("/status");
}

bool nothing(const PendingRequest&) { return false; }

}  // namespace

Outcome outcome_of(const Json& step) {
    const auto text = step.value("outcome", "replied");
    if (text == "replied") return Outcome::replied;
    if (text == "lost-committed") return Outcome::lost_committed;
    if (text == "lost-uncommitted") return Outcome::lost_uncommitted;
    if (text == "late") return Outcome::lost_uncommitted;  // so far: see Cluster::carry_out
    throw BadMessage("/step/outcome: \"" + text +
                     "\" is none of replied, lost-committed, lost-uncommitted, late");
}

bool is_creation_of_pod(const PendingRequest& pending) {
    return pending.request.method == "POST" && pending.request.path == pods_path;
}

bool is_scale(const PendingRequest& pending) {
    return pending.request.method == "PUT" && pending.request.path.starts_with(replica_sets_path) &&
           !pending.request.path.ends_with("/status");
}

PendingRequest& Cluster::bring_deployment_controller(const Fits& fits) {
    const auto key = "default/" + configuration_.deployment;
    auto& manager = process_of("deployment-controller");
    return bring(
        manager.process, deployment_controller, fits,
        [&] { return manager.sync("deployment-controller", key); }, is_status_update);
}

PendingRequest& Cluster::bring_replica_set_controller(const Fits& fits) {
    const auto& replica_set = world_.projection().replica_set();
    if (!replica_set) throw Refused("there is no ReplicaSet");
    const auto key = "default/" + replica_set->name;
    auto& manager = process_of("replicaset-controller");
    return bring(
        manager.process, replica_set_controller, fits,
        [&] { return manager.sync("replicaset-controller", key); },
        configuration_.status_last ? Fits(is_status_update) : Fits(nothing));
}

PendingRequest& Cluster::bring_deletion(const PodId& pod, std::vector<std::string> victims) {
    // The controller chooses all victims of a sync at its beginning; ties go to those of the trace.
    victims.push_back(pod.name);
    auto& process = process_of("replicaset-controller").process;
    process.chooser = [&](const Activity& activity,
                          const std::vector<std::string>& candidates) -> std::optional<std::size_t> {
        if (activity.verb != "victim") return std::nullopt;
        for (const auto& victim : victims)
            if (const auto index = index_of(candidates, victim)) return index;
        return std::nullopt;
    };
    auto& request = bring_replica_set_controller(is("DELETE", pod.path()));
    process.chooser = nullptr;
    return request;
}

void Cluster::step_user(const std::string& verb, const Json& step) {
    const auto replicas = step.at("replicas").get<int>();
    const auto path = std::string(deployments_path) + "/" + configuration_.deployment;
    Request request;
    if (verb == "apply" && operations_ == 0) {
        request = client::post_request(deployments_path, deployment_manifest(configuration_, replicas));
    } else if (verb == "apply") {
        const auto applied = deployment_manifest(configuration_, replicas);
        request = client::patch_request(
            path, {{"metadata", {{"annotations", at(applied, "/metadata/annotations")}}},
                   {"spec", {{"replicas", replicas}}}});
    } else if (verb == "scale") {
        request = client::put_request(
            path + "/scale", {{"apiVersion", "autoscaling/v1"},
                              {"kind", "Scale"},
                              {"metadata", {{"name", configuration_.deployment}, {"namespace", "default"}}},
                              {"spec", {{"replicas", replicas}}}});
    } else {
        throw BadMessage("kubectl has no verb \"" + verb + "\"");
    }
    const auto outcome = outcome_of(step);
    if (outcome == Outcome::lost_uncommitted) return;
    const auto response = world_.carry_out(user_of(admin), request);
    if (string_at(step, "/cause") == "restart") world_.restart_api_server();
    if (!response.is_success())
        throw Refused(fmt::format("kubectl {}: {}", verb, client::error_message(response)));
    ++operations_;  // a user who sees an error repeats the command
}

void Cluster::step_deployment_controller(const std::string& verb, const Json& step) {
    auto& process = process_of("deployment-controller").process;
    Fits fits;
    if (verb == "create-replicaset")
        fits = is("POST", replica_sets_path);
    else if (verb == "scale-replicaset")
        fits = is_scale;
    else if (verb == "update-status")
        fits = is("PUT", std::string(deployments_path) + "/" + configuration_.deployment + "/status");
    else
        throw BadMessage("the deployment controller has no verb \"" + verb + "\"");
    const auto& request = bring_deployment_controller(fits);
    expect_accepted(step, carry_out(process, request.id, outcome_of(step), step));
    // The status that ends a sync is of the view that it began with. In the trace it is a sync of its
    // own: this one times out.
    time_out(process, deployment_controller, is_status_update);
}

void Cluster::step_replica_set_controller(const std::string& verb, const Json& step) {
    auto& process = process_of("replicaset-controller").process;
    if (verb == "create-pod") {
        const auto& request = bring_replica_set_controller(is_creation_of_pod);
        bind_slot(step, carry_out(process, request.id, outcome_of(step), step));
    } else if (verb == "delete-pod") {
        std::vector<std::string> victims;
        for (const auto& victim : step.value("victims", Json::array()))
            victims.push_back(pod_at(victim.get<int>()).name);
        const auto& request = bring_deletion(pod_of(step), std::move(victims));
        carry_out(process, request.id, outcome_of(step), step);
    } else if (verb == "update-status") {
        const auto fits = [](const PendingRequest& pending) {
            return is_status_update(pending) && pending.request.path.starts_with(replica_sets_path);
        };
        const auto& request = bring_replica_set_controller(fits);
        carry_out(process, request.id, outcome_of(step), step);
        // Without a reply the controller tries once more; in the trace it does not get that far.
        if (outcome_of(step) != Outcome::replied) lose(process, replica_set_controller, is_status_update);
        return;
    } else {
        throw BadMessage("the ReplicaSet controller has no verb \"" + verb + "\"");
    }
    if (configuration_.status_last) time_out(process, replica_set_controller, is_status_update);
}

void Cluster::step_scheduler(const std::string& verb, const Json& step) {
    auto& process = scheduler_->process;
    const auto& pod = pod_of(step);
    const auto binding = pod.path() + "/binding";
    if (verb == "assume") {
        const auto& node = configuration_.nodes.at(step.at("node").get<std::size_t>()).name;
        process.chooser = [&](const Activity& activity, const std::vector<std::string>& candidates) {
            return index_of(candidates, activity.verb == "pop" ? pod.key() : node);
        };
        scheduler_->schedule(pod.key());
        process.chooser = nullptr;
        const auto* bind = process.find(is("POST", binding));
        if (bind == nullptr) throw Refused("the scheduler does not schedule pod " + pod.name);
        const auto chosen = string_at(bind->request.body, "/target/name");
        if (chosen != node)
            throw Refused(fmt::format("the scheduler puts pod {} on {}, not on {}", pod.name, chosen, node));
    } else if (verb == "bind") {
        const auto* bind = process.find(is("POST", binding));
        if (bind == nullptr) throw Refused("the scheduler has no binding of pod " + pod.name + " under way");
        if (bind->direct != step.value("direct", false))
            throw Refused("the scheduler does not write past kube-apiserver");
        expect_accepted(step, carry_out(process, bind->id, outcome_of(step), step));
    } else {
        throw BadMessage("kube-scheduler has no verb \"" + verb + "\"");
    }
}

void Cluster::step_network(const std::string& verb, const Json& step) {
    Fits fits;
    if (verb == "late-create")
        fits = is_creation_of_pod;
    else if (verb == "late-scale")
        fits = [replicas = step.at("replicas").get<int>()](const PendingRequest& pending) {
            return is_scale(pending) && int_at(pending.request.body, "/spec/replicas") == replicas;
        };
    else if (verb == "late-bind")
        fits = [post = is("POST", pod_of(step).path() + "/binding"),
                node = configuration_.nodes.at(step.at("node").get<std::size_t>()).name](
                   const PendingRequest& pending) {
            return post(pending) && string_at(pending.request.body, "/target/name") == node;
        };
    else if (verb == "late-delete")
        fits = is("DELETE", pod_of(step).path());
    else
        throw BadMessage("the network has no verb \"" + verb + "\"");
    const auto found = std::find_if(network_.begin(), network_.end(), fits);
    if (found == network_.end()) throw Refused("no such request is under way");
    look_early(*found, step);
    const auto response = commit(*found);
    network_.erase(found);
    if (verb == "late-create") bind_slot(step, response);
}

void Cluster::collect(const Json& step) {
    auto& manager = process_of("pod-garbage-collector");
    auto& process = manager.process;
    const auto& request = bring(
        process, pod_gc, is("DELETE", pod_of(step).path()), [&] { return manager.collect_garbage(); },
        [](const PendingRequest&) { return true; });
    carry_out(process, request.id, Outcome::replied, step);
    time_out(process, pod_gc, [](const PendingRequest&) { return true; });
}

void Cluster::pass(const Json& step) {
    const auto& pod = pod_of(step);
    const auto response = world_.carry_out(user_of(admin), client::get_request(pod.path()));
    const auto* ready = find_condition(response.body, "Ready");
    if (ready == nullptr || ready->value("status", "") != "True")
        throw Refused("pod " + pod.name + " is not Ready");
    const auto since = time_at(*ready, "/lastTransitionTime");
    if (since) world_.now = std::max(world_.now, *since + std::chrono::seconds(min_ready_seconds));
}

void Cluster::drop_event() {
    auto* watch = scheduler_->process.watch_of("pods");
    if (!configuration_.switches.contains(Switch::watch_drops_event)) throw Refused("no event is ever lost");
    if (watch == nullptr || watch->queue.empty()) throw Refused("no event is on its way to kube-scheduler");
    watch->queue.pop_front();
}

}  // namespace kcheck::reference::replay
