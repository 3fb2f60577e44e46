#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/reductions.hpp"
#include "cli/report.hpp"
#include "cli/version.hpp"
#include "traces/json.hpp"

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const model::Configuration& configuration) {
    auto operations = Json::array();
    for (const auto& operation : configuration.operations)
        operations.push_back(
            {{"kind", operation.kind == model::UserOperation::Kind::apply ? "apply" : "scale"},
             {"replicas", operation.replicas}});
    auto nodes = Json::array();
    for (const auto& node : configuration.nodes)
        nodes.push_back({{"name", node.name},
                         {"schedulable", node.schedulable},
                         {"capacity", node.capacity},
                         {"score", node.score}});
    return {{"deployment", configuration.deployment},
            {"operations", operations},
            {"nodes", nodes},
            {"waits_until_available", configuration.waits_until_available},
            {"variants", configuration.variants}};
}

Json json_of(const PropertyResult& row) {
    const auto& property = *row.property;
    Json object{{"name", property.name},
                {"id", property.id},
                {"kind", property.kind == invariants::Kind::safety ? "safety" : "liveness"},
                {"class", property.clazz == invariants::Class::guaranteed ? "guaranteed"
                          : property.clazz == invariants::Class::assumed  ? "assumed"
                                                                          : "soft"},
                {"verdict", row.verdict == Verdict::not_checked ? "not-checked" : to_string(row.verdict)},
                {"decides", row.decides}};
    if (!row.note.empty()) object["note"] = row.note;
    if (row.trace) {
        object["depth"] = row.trace->steps.size();
        std::stringstream trace;
        traces::write_json(trace, *row.trace);
        object["trace"] = Json::parse(trace);
    }
    return object;
}

}  // namespace

std::string report_json(const model::Pipeline& pipeline, const Result& result) {
    const auto& cluster = pipeline.cluster();
    const auto& configuration = cluster.configuration;
    auto off = Json::array();
    for (const auto& reduction : reductions)
        if (!(cluster.reductions.*reduction.member)) off.push_back(reduction.name);
    Json document{{"version", version}, {"verdict", to_string(result.verdict)}};
    if (!result.reason.empty()) document["reason"] = result.reason;
    document["configuration"] = json_of(configuration);
    document["bounds"] = {{"crashes", configuration.crashes}, {"lost_replies", configuration.lost_replies}};
    document["bounds"]["staleness"] = configuration.staleness ? Json(*configuration.staleness) : Json();
    document["reductions_off"] = off;
    document["properties"] = Json::array();
    for (const auto& row : result.properties) document["properties"].push_back(json_of(row));
    if (result.covered) {
        const auto& c = *result.covered;
        document["states"] = c.states;
        document["transitions"] = c.transitions;
        document["depth"] = c.depth;
        document["quiescent"] = c.quiescent;
        document["not_expanded"] = c.frontier;
    }
    if (!result.details.empty()) document["details"] = result.details;
    document["seconds"] = result.seconds;
    document["peak_rss_bytes"] = result.peak_bytes;
    return document.dump(2) + '\n';
}

}  // namespace kcheck::cli
