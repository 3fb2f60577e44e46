#include <fmt/core.h>

#include "model/named_reductions.hpp"
#include "traces/counterexamples/file.hpp"
#include "traces/counterexamples/json.hpp"
#include "traces/counterexamples/json_names.hpp"

namespace kcheck::traces {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const model::Configuration& configuration) {
    Json operations = Json::array(), nodes = Json::array(), variants = Json::array();
    for (const auto& operation : configuration.operations)
        operations.push_back({{"kind", model::name_of(operation.kind)},
                              {"replicas", operation.replicas},
                              {"template", operation.pod_template}});
    const auto amount = [](const model::Strategy::Amount& of) {
        return of.percent ? Json(fmt::format("{}%", of.value)) : Json(of.value);
    };
    const auto& strategy = configuration.strategy;
    for (const auto& node : configuration.nodes)
        nodes.push_back({{"name", node.name},
                         {"schedulable", node.schedulable},
                         {"capacity", node.capacity},
                         {"score", node.score}});
    for (const auto& variant : configuration.variants) variants.push_back(variant);
    return {{"deployment", configuration.deployment},
            {"operations", operations},
            {"nodes", nodes},
            {"strategy",
             {{"type", strategy.recreate ? "Recreate" : "RollingUpdate"},
              {"maxSurge", amount(strategy.max_surge)},
              {"maxUnavailable", amount(strategy.max_unavailable)}}},
            {"waitsUntilAvailable", configuration.waits_until_available},
            {"crashes", configuration.crashes},
            {"lostReplies", configuration.lost_replies},
            {"staleness", configuration.staleness ? Json(*configuration.staleness) : Json(nullptr)},
            {"variants", variants}};
}

Json json_of(const model::Layout& layout, const std::vector<int>& state) {
    Json values = Json::object();
    for (std::size_t v = 0; v < state.size(); ++v)
        if (state[v] != 0) values[layout[static_cast<model::VariableId>(v)].name] = state[v];
    return values;
}

}  // namespace

std::string to_string(const FormatError& error) {
    if (error.line > 0) return fmt::format("{}:{}: {}", error.line, error.column, error.message);
    return error.pointer.empty() ? error.message : error.pointer + ": " + error.message;
}

void write_json(std::ostream& out, const Trace& trace) {
    const auto pipeline = pipeline_of(trace);
    const Actions actions(pipeline);
    Json reductions = Json::object(), steps = Json::array();
    for (const auto& one : model::named_reductions)
        reductions[std::string(one.name)] = trace.reductions.*one.member;
    for (const auto& step : trace.steps)
        steps.push_back({{"action", step.name},
                         {"component", step.component},
                         {"parameters", parameters_of(actions, step.action)},
                         {"lag", step.lag},
                         {"receipt", step.receipt},
                         {"state", json_of(pipeline.layout(), step.state)}});
    const Json document{{"format", trace_format},
                        {"version", trace_version},
                        {"kcheck", KCHECK_VERSION},
                        {"configuration", json_of(trace.configuration)},
                        {"reductions", reductions},
                        {"bounds",
                         {{"pods", trace.bounds.pods},
                          {"generations", trace.bounds.generations},
                          {"events", trace.bounds.events}}},
                        {"property", trace.property},
                        {"initial", json_of(pipeline.layout(), trace.initial)},
                        {"steps", steps},
                        {"cycle", trace.cycle ? Json(*trace.cycle) : Json(nullptr)}};
    out << document.dump(1) << '\n';
}

tl::expected<void, std::string> save(const std::filesystem::path& path, const Trace& trace) {
    return write_file(path, [&](std::ostream& out) { write_json(out, trace); });
}

}  // namespace kcheck::traces
