// Traces as steps of the driver protocol: every message follows the schema, and clients that
// receive what the script says know what the model's clients know.
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include <fmt/core.h>
#include <unistd.h>

#include "model/deployment_controller.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/replicaset_controller.hpp"
#include "tests/driver_support.hpp"
#include "tests/invariants_table.hpp"
#include "traces/counterexamples/actions.hpp"
#include "traces/driver/coverage.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

using driver::Stored;
using Native = model::NativeStep;

/// The caches of an implementation: fed with a change of what is stored for each event.
class Clients {
public:
    Clients(const traces::Trace& trace, const driver::Script& script)
        : trace_(trace), script_(script), pipeline_(trace.configuration, trace.reductions) {}

    void run() {
        for (std::size_t i = 0; i < script_.steps.size(); ++i) {
            const auto& step = script_.steps[i];
            CAPTURE(i, step.message.dump());
            take(step.message);
            commit(i == 0 ? script_.initial : script_.steps[i - 1].expected, step.expected);
            const bool last = i + 1 == script_.steps.size();
            const auto next = last ? trace_.steps.size() : script_.steps[i + 1].trace_step;
            if (next != step.trace_step) compare(trace_.state(step.trace_step + 1), step.expected);
        }
        if (script_.rests)
            for (const auto& [watch, queue] : queues_) REQUIRE(queue.empty());
    }

private:
    using Watch = std::pair<std::string, std::string>;  // client, type
    struct Event {
        int pod = -1;
        std::optional<Stored::Pod> record;
        std::optional<Stored::Workload> workload;
    };
    struct Cache {
        std::map<int, Stored::Pod> pods;
        std::optional<Stored::Workload> workload;
    };

    static bool same(const std::optional<Stored::Workload>& a, const std::optional<Stored::Workload>& b) {
        const auto tie = [](const Stored::Workload& w) {
            return std::tie(w.replicas, w.generation, w.observed_generation, w.status_replicas,
                            w.status_available);
        };
        return a.has_value() == b.has_value() && (!a || tie(*a) == tie(*b));
    }
    static bool same(const std::optional<Stored::Pod>& a, const std::optional<Stored::Pod>& b) {
        const auto tie = [](const Stored::Pod& p) { return std::tie(p.deleting, p.phase, p.node); };
        return a.has_value() == b.has_value() && (!a || tie(*a) == tie(*b));
    }
    static std::optional<Stored::Pod> pod_of(const std::map<int, Stored::Pod>& pods, int p) {
        const auto found = pods.find(p);
        return found == pods.end() ? std::nullopt : std::optional(found->second);
    }
    bool is(const char* variant) const { return trace_.configuration.variants.contains(variant); }

    void take(const Json& step) {
        const std::string component = step["component"], verb = step["verb"];
        if (verb == "receive") {
            auto& queue = queues_[{component, step["type"]}];
            REQUIRE(step["events"] <= queue.size());
            for (int left = step["events"]; left > 0; --left) {
                receive(caches_[{component, step["type"]}], queue.front());
                queue.pop_front();
            }
        } else if (verb == "drop-event") {
            auto& queue = queues_[{"kube-scheduler", "pods"}];
            REQUIRE_FALSE(queue.empty());
            queue.pop_front();
        } else if (verb == "crash") {
            for (const auto& watch : watches())
                if (watch.first == component ||
                    (component == "kube-controller-manager" && watch.first.ends_with("-controller")))
                    restart_.insert(watch);
        } else if (verb == "collect") {
            collected_.insert(step["pod"].get<int>());
        } else if (verb == "create-pod" || verb == "late-create") {
            if (step.contains("pod")) collected_.erase(step["pod"].get<int>());
        } else if (verb == "admit") {
            REQUIRE(caches_[{component, "pods"}].pods.contains(step["pod"]));
        }
    }

    static void receive(Cache& cache, const Event& event) {
        if (event.pod < 0)
            cache.workload = event.workload;
        else if (event.record)
            cache.pods[event.pod] = *event.record;
        else
            cache.pods.erase(event.pod);
    }

    std::vector<Watch> watches() const {
        std::vector<Watch> result;
        for (const auto& watch : pipeline_.watches()) result.emplace_back(watch.client, watch.type);
        return result;
    }

    bool concerns(const Watch& watch, const std::optional<Stored::Pod>& pod) const {
        if (!watch.first.starts_with("kubelet")) return true;
        if (!pod || !pod->node) return false;
        return is("kubelet-ignores-node-name") || watch.first == fmt::format("kubelet[{}]", *pod->node);
    }

    void commit(const Stored& before, const Stored& after) {
        for (const auto& watch : watches()) {
            if (restart_.contains(watch)) {  // a fresh list
                queues_[watch].clear();
                auto& cache = caches_[watch] = {};
                cache.workload = watch.second == "deployments" ? after.deployment : after.replica_set;
                for (const auto& [p, pod] : after.pods)
                    if (concerns(watch, pod)) cache.pods[p] = pod;
                continue;
            }
            if (watch.second != "pods") {
                const bool deployments = watch.second == "deployments";
                const auto& was = deployments ? before.deployment : before.replica_set;
                const auto& now = deployments ? after.deployment : after.replica_set;
                if (!same(was, now)) queues_[watch].push_back({-1, std::nullopt, now});
                continue;
            }
            for (int p = 0; p < pipeline_.encoding().pods(); ++p) {
                const auto was = pod_of(before.pods, p), now = pod_of(after.pods, p);
                if (!same(was, now) && (concerns(watch, was) || concerns(watch, now)))
                    queues_[watch].push_back({p, concerns(watch, now) ? now : std::nullopt, std::nullopt});
            }
        }
        restart_.clear();
    }

    void compare(const std::vector<int>& state, const Stored& stored) {
        const auto& k = pipeline_.encoding();
        const auto workload = [&](const char* client, const char* type, const auto& copy) {
            CAPTURE(client, type);
            // Of what the client reads.
            const auto cached = caches_[{client, type}].workload;
            const auto known = [&](int field, int value) {
                return copy[field] == model::nowhere || state[copy[field]] == value;
            };
            using namespace model::workload;
            REQUIRE(known(exists, cached ? 1 : 0));
            if (!cached) return;
            REQUIRE(known(replicas, cached->replicas));
            REQUIRE(known(generation, cached->generation));
            REQUIRE(known(observed, cached->observed_generation));
            REQUIRE(known(status_replicas, cached->status_replicas));
            REQUIRE(known(status_available, cached->status_available));
        };
        const auto& replica_sets = k.the<model::ReplicaSetController>();
        const auto& scheduler = k.the<model::KubeScheduler>();
        workload("deployment-controller", "deployments",
                 k.the<model::DeploymentController>().deployments.copy_of(0));
        workload("deployment-controller", "replicasets",
                 k.the<model::DeploymentController>().replica_sets.copy_of(0));
        workload("replicaset-controller", "replicasets", replica_sets.replica_sets.copy_of(0));
        pods("replicaset-controller", replica_sets.pods, state, stored);
        // By the reply to a binding the model's scheduler hears of it before other events.
        if (!scheduler.confirms_by_reply() || queues_[{"kube-scheduler", "pods"}].empty())
            pods("kube-scheduler", scheduler.pods, state, stored);
        if (is("kubelet-ignores-node-name")) return;  // there the model's has heard of unbound pods
        for (int n = 0; n < k.nodes(); ++n)
            pods(fmt::format("kubelet[{}]", n), k.the<model::Kubelet>(n).pods, state, stored);
    }

    void pods(const std::string& client, const model::Watch<model::Pod>& watch, const std::vector<int>& state,
              const Stored& stored) {
        auto valuation = traces::valuation_of(state);
        const Native step(valuation);
        for (int p = 0; p < static_cast<int>(watch.copy.size()); ++p) {
            CAPTURE(client, p);
            model::Record<Native, model::Pod> record{};
            auto cached = pod_of(caches_[{client, "pods"}].pods, p);
            // Nobody distinguishes one that has terminated and was collected from one that is gone.
            if (cached && collected_.contains(p) && !stored.pods.contains(p)) cached.reset();
            if (cached)
                record.value = {1, cached->deleting ? 1 : 0,
                                cached->phase == "Running"    ? model::pod::running
                                : cached->phase == "Terminal" ? model::pod::terminal
                                                              : model::pod::pending,
                                cached->node ? *cached->node + 1 : 0};
            const auto& copy = watch.copy_of(p);
            REQUIRE_FALSE(
                model::differ(step, copy, model::read(step, copy), model::project(step, watch, record)));
        }
    }

    const traces::Trace& trace_;
    const driver::Script& script_;
    const Pipeline pipeline_;
    std::map<Watch, std::deque<Event>> queues_;
    std::map<Watch, Cache> caches_;
    std::set<Watch> restart_;
    std::set<int> collected_;  // pods that the model has no trace of any more
};

/// Translates, checks the events, runs on a mirror; returns what was said.
std::vector<Json> said_of(const traces::Trace& trace) {
    const auto script = driver::script_of(trace);
    Clients(trace, script).run();
    Mirror mirror(script);
    const auto result = replayed(script, mirror);
    INFO(explain(result, script));
    REQUIRE(result.agreement == driver::Agreement::same);
    REQUIRE(result.steps == script.steps.size());
    return mirror.messages;
}

void validate(const std::vector<Json>& messages) {
    const auto path = std::filesystem::temp_directory_path() / fmt::format("kcheck-messages-{}", getpid());
    {
        std::ofstream file(path);
        for (const auto& message : messages) file << message.dump() << '\n';
    }
    const auto done =
        std::system(fmt::format("python3 {0}/tests/driver/validate.py {0}/docs/driver.schema.json {1}",
                                KCHECK_SOURCE_DIR, path.string())
                        .c_str());
    std::filesystem::remove(path);
    REQUIRE(done == 0);
}

void add(std::vector<Json>& all, const std::vector<Json>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

const Json& step_of(const driver::Script& script, const char* component, const char* verb) {
    for (const auto& step : script.steps)
        if (step.message["component"] == component && step.message["verb"] == verb) return step.message;
    FAIL("no step " << component << ": " << verb);
    return script.steps.front().message;
}

}  // namespace

TEST_CASE("the counterexample of every variant is translated", "[heavy]") {
    std::vector<Json> all;
    for (const auto& row : variant_table()) {
        CAPTURE(row.variant, row.property);
        if (row.configuration.with().rolls_out()) continue;  // the protocol has no words for it
        add(all, said_of(violation(row.configuration.with({row.variant}), row.property)));
    }
    validate(all);
}

TEST_CASE("random runs are translated under every reduction", "[heavy]") {
    const std::vector<model::Reductions> reductions{
        {},
        {.watch_projection = false},
        {.local_steps = false},
        {.status_last = false},
        {.local_steps = false, .status_last = false},
        {false, false, false, false, false},
    };
    std::vector<model::Configuration> configurations{
        Small{.replicas = {2, 1}, .crashes = 1, .lost_replies = 1}.with(),
        Small{.replicas = {2, 0, 1}, .nodes = 2, .crashes = 2, .capacity = 1}.with(),
        Small{.replicas = {1, 2}, .crashes = 1}.with({"watch-drops-event"}),
        Small{.replicas = {2, 1}, .nodes = 2, .crashes = 1}.with({"kubelet-ignores-node-name"}),
    };
    configurations.push_back(configurations[0]);
    configurations.back().staleness = 1;
    configurations.push_back(configurations[0]);
    configurations.back().waits_until_available = true;
    std::vector<Json> all;
    std::set<std::string> verbs;
    for (const auto& configuration : configurations)
        for (const auto& reduction : reductions) {
            const Pipeline pipeline(configuration, reduction);
            // Most of what there is to be seen is in the first two.
            const std::uint64_t seeds = &configuration - configurations.data() < 2 ? 16 : 4;
            for (std::uint64_t seed = 0; seed < seeds; ++seed) {
                CAPTURE(&configuration - configurations.data(), &reduction - reductions.data(), seed);
                const auto run = driver::random_walk(pipeline, seed, 80);
                INFO((run ? "" : run.error()));
                REQUIRE(run);
                add(all, said_of(run->trace));
            }
        }
    const auto note = [&verbs](const Json& message) {
        if (message.contains("step"))
            verbs.insert(message["step"]["component"].get<std::string>() + " " +
                         message["step"]["verb"].get<std::string>());
    };
    std::for_each(all.begin(), all.end(), note);
    // A DELETE that outlives its sender is rare.
    const Pipeline pipeline(configurations[1], {});
    for (std::uint64_t seed = 100; seed < 3000 && !verbs.contains("network late-delete"); ++seed) {
        const auto run = driver::random_walk(pipeline, seed, 80);
        REQUIRE(run);
        const auto said = said_of(run->trace);
        add(all, said);
        std::for_each(said.begin(), said.end(), note);
    }
    for (const auto* verb :
         {"kubectl scale", "deployment-controller scale-replicaset", "replicaset-controller delete-pod",
          "kubelet[1] admit", "kubelet[0] remove-pod", "kubelet[0] report-terminal", "time pass",
          "kube-apiserver drop-event", "kube-apiserver crash", "network late-create", "network late-bind",
          "network late-delete", "container-runtime[0] stop-container"}) {
        CAPTURE(verb);
        REQUIRE(verbs.contains(verb));
    }
    validate(all);
}

TEST_CASE("the event of a collection, of which the model has none, is delivered") {
    const Pipeline pipeline(Small{.replicas = {2}, .lost_replies = 1, .capacity = 1}.with(),
                            model::Reductions{}.plain());
    invariants::Property none_refused;
    none_refused.holds = [](const model::Encoding& k, const model::Valuation& state) {
        return std::ranges::none_of(k.store<model::Pod>().objects, [&](const auto& pod) {
            return state[pod[model::pod::phase]] == model::pod::terminal &&
                   state[pod[model::pod::deleting]] == 0;
        });
    };
    auto trace = counterexample(pipeline, none_refused);
    INFO((trace ? "" : trace.error()));
    REQUIRE(trace);
    // Then everybody hears of it, and it is collected.
    const traces::Actions actions(pipeline);
    auto state = traces::valuation_of(trace->state(trace->steps.size()));
    for (int action = actions.first_receipt(); action < actions.size(); ++action)
        while (actions.run(action, state))
            trace->steps.push_back({action, actions.component(action), actions.name(action), 0,
                                    actions.is_receipt(action), traces::values_of(pipeline.layout(), state)});
    REQUIRE(traces::execute(*trace));
    const auto messages = said_of(*trace);
    validate(messages);
    const auto script = driver::script_of(*trace);
    REQUIRE(step_of(script, "pod-garbage-collector", "collect").contains("pod"));
    REQUIRE(script.steps.back().message["component"] == "kubelet[0]");
    REQUIRE(script.steps.back().message["verb"] == "receive");
}

TEST_CASE("requests that outlive a crash are announced, and arrive") {
    struct Late {
        const char* verb;
        std::vector<model::VariableId> (*variables)(const model::Encoding&);
        Json under_way, arrives;
    };
    const std::vector<Late> table{
        {"late-create",
         [](const model::Encoding& k) {
             return std::vector{k.the<model::ReplicaSetController>().late_creations};
         },
         {{"creates", 1}},
         {{"pod", 0}}},
        {"late-scale",
         [](const model::Encoding& k) {
             return std::vector{k.the<model::DeploymentController>().late_scale};
         },
         {{"scale", true}},
         {{"replicas", 0}}},
        {"late-bind",
         [](const model::Encoding& k) { return k.the<model::KubeScheduler>().late_binding; },
         {{"bind", {0}}},
         {{"pod", 0}, {"node", 0}}},
        {"late-delete",
         [](const model::Encoding& k) { return k.the<model::ReplicaSetController>().late_deletion; },
         {{"deletes", {0}}},
         {{"pod", 0}}},
    };
    const Pipeline pipeline(Small{.replicas = {1, 0}, .crashes = 1}.with(), model::Reductions{}.plain());
    const traces::Actions actions(pipeline);
    for (const auto& late : table) {
        CAPTURE(late.verb);
        invariants::Property none_late;
        none_late.holds = [&](const model::Encoding& k, const model::Valuation& state) {
            return std::ranges::all_of(late.variables(k),
                                       [&](model::VariableId variable) { return state[variable] == 0; });
        };
        auto trace = counterexample(pipeline, none_late);
        INFO((trace ? "" : trace.error()));
        REQUIRE(trace);
        auto state = traces::valuation_of(trace->state(trace->steps.size()));
        for (int action = 0; action < actions.first_receipt(); ++action)
            if (model::name_of(actions.verb(action)) == late.verb && actions.run(action, state))
                trace->steps.push_back({action, actions.component(action), actions.name(action), 0, false,
                                        traces::values_of(pipeline.layout(), state)});
        REQUIRE(traces::execute(*trace));
        validate(said_of(*trace));
        const auto script = driver::script_of(*trace);
        const auto crash = std::ranges::find_if(
            script.steps, [](const auto& step) { return step.message["verb"] == "crash"; });
        REQUIRE(crash != script.steps.end());
        REQUIRE(crash->message["underWay"] == late.under_way);
        const auto& arrival = step_of(script, "network", late.verb);
        for (const auto& [member, value] : late.arrives.items()) REQUIRE(arrival[member] == value);
    }
}

TEST_CASE("a script says what the model's names say") {
    auto trace = violation(small(1, 2, 0, 1, {"binding-without-precondition"}), "single-binding");
    const auto script = driver::script_of(trace);
    REQUIRE(script.configuration["replicas"] == Json{1});
    REQUIRE(script.configuration["nodes"][1]["name"] == "node-1");
    REQUIRE(script.configuration["variants"] == Json{"binding-without-precondition"});
    REQUIRE(script.configuration["statusLast"] == false);
    REQUIRE_FALSE(script.rests);
    REQUIRE(script.steps.front().message.dump() ==
            R"({"number":1,"component":"kubectl","verb":"apply","replicas":1,"outcome":"replied"})");
    REQUIRE(step_of(script, "replicaset-controller", "create-pod")["pod"] == 0);
    const auto& bind = step_of(script, "kube-scheduler", "bind");
    REQUIRE(bind["outcome"] == "lost-committed");
    REQUIRE(bind["cause"] == "lost-reply");
    REQUIRE(driver::describe(bind) ==
            "kube-scheduler: bind, pod 0, accepted true, outcome lost-committed, cause lost-reply");
    REQUIRE(script.steps.back().expected.pods.at(0).node.has_value());

    const auto lasso = violation(small(1, 1, 0, 0, {"image-never-arrives"}), "bound-pod-starts");
    REQUIRE(driver::script_of(lasso).rests);
    const auto admit = step_of(driver::script_of(lasso), "kubelet[0]", "admit");
    REQUIRE(admit["pod"] == 0);  // the model has no such step where there is room for all
}
