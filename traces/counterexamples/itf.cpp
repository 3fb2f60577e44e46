#include "traces/counterexamples/itf.hpp"

#include <nlohmann/json.hpp>

#include "model/kubelet.hpp"
#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces {

namespace {

using Json = nlohmann::ordered_json;

Json function(Json pairs) { return {{"#map", std::move(pairs)}}; }

class Writer {
public:
    explicit Writer(const Trace& trace)
        : trace_(trace), pipeline_(pipeline_of(trace)), k_(pipeline_.encoding()) {}

    Json document() const {
        auto last = trace_.steps.size();
        Json result{{"#meta", {{"format", "ITF"}, {"source", "kcheck"}, {"property", trace_.property}}},
                    {"vars",
                     {"step", "deployment", "replicasets", "pods", "containers", "images", "caches",
                      "pending_events", "memory"}}};
        if (trace_.cycle) {
            result["loop"] = *trace_.cycle;
            if (*trace_.cycle < last) --last;
        }
        result["states"] = Json::array();
        for (std::size_t i = 0; i <= last; ++i) result["states"].push_back(state(i));
        return result;
    }

private:
    Json state(std::size_t i) const {
        const auto& values = trace_.state(i);
        return {{"#meta", {{"index", i}}},
                {"step", i == 0 ? "initial" : trace_.steps[i - 1].name},
                {"deployment", deployment(values)},
                {"replicasets", replica_sets(values)},
                {"pods", pods(values, k_.store<model::Pod>().objects)},
                {"containers", containers(values)},
                {"images", images(values)},
                {"caches", caches(values)},
                {"pending_events", pending_events(values)},
                {"memory", memory(values)}};
    }

    std::string node(int reference) const {
        return reference == 0 ? "" : trace_.configuration.nodes[static_cast<std::size_t>(reference - 1)].name;
    }

    template <class K>
    static Json workload(const std::vector<int>& values, const model::Variables<K>& variables) {
        using namespace model::workload;
        return {{"exists", values[variables[exists]] == 1},
                {"replicas", values[variables[replicas]]},
                {"generation", values[variables[generation]]},
                {"observed_generation", values[variables[observed]]},
                {"status_replicas", values[variables[status_replicas]]},
                {"status_available", values[variables[status_available]]}};
    }

    /// Templates are numbered from 1, as in the other renderings.
    Json deployment(const std::vector<int>& values) const {
        auto json = workload(values, k_.deployment());
        json["template"] = values[k_.deployment()[model::deployment::pod_template]] + 1;
        return json;
    }

    Json replica_sets(const std::vector<int>& values) const {
        Json pairs = Json::array();
        for (int t = 0; t < k_.replica_sets(); ++t)
            pairs.push_back(Json::array({t + 1, workload(values, k_.replica_set(t))}));
        return function(std::move(pairs));
    }

    /// Of the pods that exist. A field that the client does not keep reads as its first value.
    Json pods(const std::vector<int>& values,
              const std::vector<model::Variables<model::Pod>>& variables) const {
        using namespace model::pod;
        static constexpr std::array phases{"Pending", "Running", "Failed"};
        Json pairs = Json::array();
        for (std::size_t p = 0; p < variables.size(); ++p)
            if (values[variables[p][exists]] == 1)
                pairs.push_back(
                    Json::array({p,
                                 {{"phase", phases[static_cast<std::size_t>(values[variables[p][phase]])]},
                                  {"deleting", values[variables[p][deleting]] == 1},
                                  {"node", node(values[variables[p][model::pod::node]])},
                                  {"template", values[variables[p][owner]] + 1}}}));
        return function(std::move(pairs));
    }

    Json containers(const std::vector<int>& values) const {
        Json pairs = Json::array();
        for (int n = 0; n < k_.nodes(); ++n)
            for (int p = 0; p < k_.pods(); ++p) {
                const auto variable = k_.the<model::Kubelet>(n).container_of(p);
                if (values[variable] == 0) continue;
                const Json key{{"#tup", Json::array({p, node(n + 1)})}};
                pairs.push_back(Json::array({key, values[variable] == 1 ? "created" : "running"}));
            }
        return function(std::move(pairs));
    }

    Json images(const std::vector<int>& values) const {
        Json names = Json::array();
        for (int n = 0; n < k_.nodes(); ++n)
            for (int t = 0; t < k_.replica_sets(); ++t)
                if (values[k_.the<model::Kubelet>(n).images[static_cast<std::size_t>(t)]] == 1)
                    names.push_back({{"#tup", Json::array({node(n + 1), t + 1})}});
        return {{"#set", names}};
    }

    Json caches(const std::vector<int>& values) const {
        Json pairs = Json::array();
        for (const auto* watch : k_.store<model::Pod>().watches)
            pairs.push_back(Json::array({watch->client, pods(values, watch->copy)}));
        return function(std::move(pairs));
    }

    Json pending_events(const std::vector<int>& values) const {
        const auto valuation = valuation_of(values);
        Json pairs = Json::array();
        for (const auto& watch : pipeline_.watches())
            pairs.push_back(Json::array({watch.client + " " + watch.type, watch.queued(valuation)}));
        return function(std::move(pairs));
    }

    /// What no structure above shows: the variables that are not 0, by name.
    Json memory(const std::vector<int>& values) const {
        Json pairs = Json::array();
        for (std::size_t v = 0; v < values.size(); ++v) {
            const auto& variable = k_.layout[static_cast<model::VariableId>(v)];
            const bool shown = variable.part == model::Part::etcd || variable.part == model::Part::cache ||
                               variable.part == model::Part::queue || variable.part == model::Part::runtime;
            if (!shown && values[v] != 0) pairs.push_back(Json::array({variable.name, values[v]}));
        }
        return function(std::move(pairs));
    }

    const Trace& trace_;
    const model::Pipeline pipeline_;
    const model::Encoding& k_;
};

}  // namespace

void write_itf(std::ostream& out, const Trace& trace) { out << Writer(trace).document().dump(1) << '\n'; }

}  // namespace kcheck::traces
