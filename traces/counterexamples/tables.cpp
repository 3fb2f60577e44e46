#include "traces/counterexamples/tables.hpp"
#include "model/kubelet.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::traces {

namespace {

using Row = std::vector<std::string>;

void write_table(std::ostream& out, const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    for (const auto& row : rows) {
        std::string line = "  ";
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i + 1 < row.size() ? fmt::format("{:<{}}   ", row[i], widths[i]) : row[i];
        out << line << '\n';
    }
}

class StateText {
public:
    StateText(const Trace& trace, const model::Pipeline& pipeline, const Names& names, std::size_t steps_done)
        : k_(pipeline.encoding()),
          names_(names),
          steps_done_(steps_done),
          state_(trace.state(steps_done)),
          configuration_(trace.configuration) {}

    void tables(std::ostream& out) const {
        const auto table = [&](const char* title, std::vector<Row> rows, bool more) {
            out << (more ? "\n" : "") << title;
            if (rows.size() == 1) {
                out << ": none\n";
                return;
            }
            out << '\n';
            write_table(out, rows);
        };
        table("Deployments", deployments(), false);
        table("ReplicaSets", replica_sets(), true);
        table("Pods", pods(), true);
        if (const auto rows = closed_nodes(); rows.size() > 1) table("Nodes that are closed", rows, true);
        if (const auto rows = containers(); rows.size() > 1) table("Containers", rows, true);
    }

    void beliefs(std::ostream& out) const {
        for (const auto* watch : k_.store<model::Deployment>().watches)
            believe_workload(out, *watch, 0, "Deployment " + configuration_.deployment);
        for (const auto* watch : k_.store<model::ReplicaSet>().watches)
            for (int t = 0; t < k_.replica_sets(); ++t)
                believe_workload(out, *watch, t, "ReplicaSet " + names_.replica_set(t));
        for (const auto* watch : k_.store<model::Pod>().watches) believe_pods(out, *watch);
    }

private:
    int value(model::VariableId variable) const { return state_[variable]; }
    std::string text(model::VariableId variable) const { return std::to_string(value(variable)); }
    template <class K>
    std::string ready(const model::Variables<K>& object) const {
        return configuration_.waits_until_available ? "-" : text(object[model::workload::status_available]);
    }

    std::vector<Row> deployments() const {
        using namespace model::workload;
        std::vector<Row> rows{{"NAME", "READY", "UP-TO-DATE", "AVAILABLE"}};
        if (const auto& d = k_.deployment(); value(d[exists]) == 1)
            rows.push_back({configuration_.deployment, ready(d) + "/" + text(d[replicas]),
                            text(d[configuration_.rolls_out() ? int{model::deployment::status_updated}
                                                              : int{status_replicas}]),
                            text(d[status_available])});
        return rows;
    }

    std::vector<Row> replica_sets() const {
        using namespace model::workload;
        std::vector<Row> rows{{"NAME", "DESIRED", "CURRENT", "READY"}};
        for (int t = 0; t < k_.replica_sets(); ++t)
            if (const auto& r = k_.replica_set(t); value(r[exists]) == 1)
                rows.push_back(
                    {names_.replica_set(t), text(r[replicas]), text(r[status_replicas]), ready(r)});
        return rows;
    }

    std::vector<Row> pods() const {
        using namespace model::pod;
        std::vector<Row> rows{{"NAME", "READY", "STATUS", "NODE"}};
        for (int p = 0; p < k_.pods(); ++p) {
            const auto& stored = k_.pod(p);
            if (value(stored[exists]) == 0) continue;
            const int n = value(stored[node]);
            rows.push_back({names_.pod(p, steps_done_), value(stored[phase]) == running ? "1/1" : "0/1",
                            status(stored), n == 0 ? "<none>" : names_.node(n - 1)});
        }
        return rows;
    }

    /// Why a pod that is on no node finds none; no rows but the first if every pod is on one.
    std::vector<Row> closed_nodes() const {
        std::vector<Row> rows{{"NODE", "WHY"}};
        const auto waits = [&](const model::Variables<model::Pod>& stored) {
            return value(stored[model::pod::exists]) == 1 && value(stored[model::pod::node]) == 0;
        };
        if (std::ranges::any_of(k_.store<model::Pod>().objects, waits))
            for (int n = 0; n < k_.nodes(); ++n) {
                const auto& node = configuration_.nodes[static_cast<std::size_t>(n)];
                const auto takes_room = [&](const model::Variables<model::Pod>& stored) {
                    const int now = value(stored[model::pod::phase]);
                    return value(stored[model::pod::exists]) == 1 &&
                           value(stored[model::pod::node]) == n + 1 && now != model::pod::terminal;
                };
                const auto pods = std::ranges::count_if(k_.store<model::Pod>().objects, takes_room);
                if (!node.closed_because.empty())
                    rows.push_back({node.name, node.closed_because});
                else if (pods >= node.capacity)
                    rows.push_back({node.name, fmt::format("full: it has room for {}", node.capacity)});
            }
        return rows;
    }

    std::vector<Row> containers() const {
        std::vector<Row> rows{{"POD", "NODE", "STATE"}};
        for (int n = 0; n < k_.nodes(); ++n)
            for (int p = 0; p < k_.pods(); ++p)
                if (const int c = value(k_.the<model::Kubelet>(n).container_of(p)))
                    rows.push_back(
                        {names_.pod(p, steps_done_), names_.node(n), c == 1 ? "created" : "running"});
        return rows;
    }

    /// As kubectl's printer puts it (pkg/printers/internalversion/printers.go:printPod).
    std::string status(const model::Variables<model::Pod>& pod) const {
        if (value(pod[model::pod::deleting]) == 1) return "Terminating";
        switch (value(pod[model::pod::phase])) {
            case model::pod::running: return "Running";
            case model::pod::terminal: return "Failed";
            default: return value(pod[model::pod::node]) == 0 ? "Pending" : "ContainerCreating";
        }
    }

    template <class W>
    std::string lagging(const W& watch, std::size_t events, const char* type) const {
        return fmt::format("  {} has not received {} event{} of {}; it still believes: ",
                           names_.component(watch.client), events, events == 1 ? "" : "s", type);
    }

    template <class K>
    void believe_workload(std::ostream& out, const model::Watch<K>& watch, int key,
                          const std::string& name) const {
        using namespace model::workload;
        const auto events =
            std::ranges::count_if(watch.queue, [&](const auto& e) { return value(e.key) == key + 1; });
        if (events == 0) return;
        const auto& copy = watch.copy_of(key);
        out << lagging(watch, static_cast<std::size_t>(events),
                       name.starts_with("D") ? "Deployments" : "ReplicaSets");
        if (value(copy[exists]) == 0)
            out << "there is no " << name << '\n';
        else
            out << fmt::format("{} has {} replicas; its status says {}, {} available\n", name,
                               value(copy[replicas]), value(copy[status_replicas]),
                               value(copy[status_available]));
    }

    void believe_pods(std::ostream& out, const model::Watch<model::Pod>& watch) const {
        std::vector<int> about;
        for (const auto& event : watch.queue)
            if (value(event.key) != 0) about.push_back(value(event.key) - 1);
        if (about.empty()) return;
        const auto events = about.size();
        std::ranges::sort(about);
        about.erase(std::unique(about.begin(), about.end()), about.end());
        out << lagging(watch, events, "pods");
        for (std::size_t i = 0; i < about.size(); ++i) out << (i > 0 ? "; " : "") << belief(watch, about[i]);
        out << '\n';
    }

    /// Of a pod, what the watch keeps of it.
    std::string belief(const model::Watch<model::Pod>& watch, int p) const {
        const auto& copy = watch.copy_of(p);
        const auto name = "pod/" + names_.pod(p, steps_done_);
        if (value(copy[model::pod::exists]) == 0) return name + concerns_not(watch);
        if (sees_unbound_only(watch)) return name + " is to be scheduled";
        if (sees_active_only(watch))
            return name + (value(copy[model::pod::node]) == 0 ? " is active" : " is active and on a node");
        const auto node = value(copy[model::pod::node]);
        const auto where = copy[model::pod::node] == model::nowhere ? std::string()
                           : node == 0                              ? ", on no node"
                                                                    : ", on " + names_.node(node - 1);
        return fmt::format("{} is {}{}", name,
                           copy[model::pod::phase] == model::nowhere ? "there" : status(copy), where);
    }

    static std::string concerns_not(const model::Watch<model::Pod>& watch) {
        if (sees_unbound_only(watch)) return " is not to be scheduled";
        if (sees_active_only(watch)) return " is not active";
        return watch.filter ? " is not on this node" : " does not exist";
    }

    static bool sees_unbound_only(const model::Watch<model::Pod>& watch) {
        return std::ranges::any_of(watch.projection.visible, [](const model::Requirement& requirement) {
            return requirement.field == model::pod::node;
        });
    }
    static bool sees_active_only(const model::Watch<model::Pod>& watch) {
        return watch.projection.keep[model::pod::node] == model::Keep::whether_set;
    }

    const model::Encoding& k_;
    const Names& names_;
    std::size_t steps_done_;
    const std::vector<int>& state_;
    const model::Configuration& configuration_;
};

}  // namespace

void write_tables(std::ostream& out, const Trace& trace, const model::Pipeline& pipeline, const Names& names,
                  std::size_t steps_done) {
    StateText(trace, pipeline, names, steps_done).tables(out);
}

void write_beliefs(std::ostream& out, const Trace& trace, const model::Pipeline& pipeline, const Names& names,
                   std::size_t steps_done) {
    StateText(trace, pipeline, names, steps_done).beliefs(out);
}

}  // namespace kcheck::traces
