// Reading a trace file, with every member checked where it is read.
//
// A refusal travels as an exception within this file and leaves it as a FormatError.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "model/named_reductions.hpp"
#include "traces/counterexamples/json.hpp"
#include "traces/counterexamples/json_names.hpp"
#include "traces/counterexamples/json_text.hpp"

namespace kcheck::traces {

namespace {

using Json = nlohmann::ordered_json;

struct Refusal {
    FormatError error;
};

/// A value of the document that knows where it stands.
class Value {
public:
    Value(const Json& json, std::string pointer) : json_(json), pointer_(std::move(pointer)) {}

    [[noreturn]] void refuse(std::string message) const {
        throw Refusal{{pointer_, std::move(message), 0, 0}};
    }
    bool is_null() const { return json_.is_null(); }
    const Json& json() const { return json_; }

    /// An object with these members and no other.
    void expect_members(std::initializer_list<std::string_view> names) const {
        expect(json_.is_object(), "an object");
        for (const auto& [name, value] : json_.items())
            if (std::ranges::find(names, name) == names.end())
                Value(value, pointer_ + "/" + escaped(name)).refuse("unknown member");
        for (const auto name : names)
            if (!json_.contains(name)) refuse(fmt::format("the member \"{}\" is missing", name));
    }
    Value operator[](const std::string& name) const {
        expect(json_.is_object(), "an object");
        const auto found = json_.find(name);
        if (found == json_.end()) refuse(fmt::format("the member \"{}\" is missing", name));
        return {*found, pointer_ + "/" + escaped(name)};
    }
    template <class F>
    void each_element(F&& visit) const {
        expect(json_.is_array(), "an array");
        for (std::size_t i = 0; i < json_.size(); ++i)
            visit(Value(json_[i], fmt::format("{}/{}", pointer_, i)));
    }
    template <class F>
    void each_member(F&& visit) const {
        expect(json_.is_object(), "an object");
        for (const auto& [name, value] : json_.items())
            visit(name, Value(value, pointer_ + "/" + escaped(name)));
    }

    bool boolean() const {
        expect(json_.is_boolean(), "true or false");
        return json_.get<bool>();
    }
    std::string string() const {
        expect(json_.is_string(), "a string");
        return json_.get<std::string>();
    }
    int integer(std::int64_t least, std::int64_t most) const {
        expect(json_.is_number_integer(), "an integer");
        const bool huge = json_.is_number_unsigned() && json_.get<std::uint64_t>() > std::uint64_t{INT32_MAX};
        const auto value = huge ? most + 1 : json_.get<std::int64_t>();
        if (value < least || value > most) refuse(fmt::format("must be from {} to {}", least, most));
        return static_cast<int>(value);
    }

private:
    void expect(bool is, const char* what) const {
        if (!is) refuse(fmt::format("must be {}, and is {}", what, json_.type_name()));
    }
    static std::string escaped(std::string_view name) {
        std::string result;
        for (const char letter : name) {
            if (letter == '~')
                result += "~0";
            else if (letter == '/')
                result += "~1";
            else
                result += letter;
        }
        return result;
    }

    const Json& json_;
    std::string pointer_;
};

// More than the model has room for, so that its own limit is the one that is met.
constexpr int count_most = 255;

constexpr int amount_most = 1'000'000;

/// 1, or "25%".
model::Strategy::Amount amount_of(const Value& value) {
    if (!value.json().is_string()) return {value.integer(0, amount_most), false};
    const auto text = value.string();
    int percent = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, percent);
    if (error != std::errc{} || percent < 0 || percent > amount_most || std::string_view(rest, end) != "%")
        value.refuse("must be a number, or a percentage as \"25%\"");
    return {percent, true};
}

model::Strategy strategy_of(const Value& value) {
    value.expect_members({"type", "maxSurge", "maxUnavailable"});
    const auto type = value["type"].string();
    if (type != "Recreate" && type != "RollingUpdate")
        value["type"].refuse("must be \"RollingUpdate\" or \"Recreate\"");
    return {type == "Recreate", amount_of(value["maxSurge"]), amount_of(value["maxUnavailable"])};
}

model::Configuration configuration_of(const Value& value) {
    value.expect_members({"deployment", "operations", "nodes", "strategy", "waitsUntilAvailable", "crashes",
                          "lostReplies", "staleness", "variants"});
    model::Configuration configuration;
    configuration.deployment = value["deployment"].string();
    configuration.operations.clear();
    value["operations"].each_element([&](const Value& operation) {
        operation.expect_members({"kind", "replicas", "template"});
        const auto kind = operation["kind"].string();
        const auto known = std::ranges::find(model::operation_verbs, kind,
                                             [](model::Verb verb) { return model::name_of(verb); });
        if (known == model::operation_verbs.end())
            operation["kind"].refuse("must be apply, scale, set-image or undo");
        const bool first = configuration.operations.empty();
        if (first && kind != "apply") operation["kind"].refuse("the first operation must be \"apply\"");
        // A template that nobody has asked for before is the next one.
        const int most = first ? 0 : configuration.templates();
        configuration.operations.push_back(
            {static_cast<model::UserOperation::Kind>(known - model::operation_verbs.begin()),
             operation["replicas"].integer(0, count_most), operation["template"].integer(0, most)});
    });
    if (configuration.operations.empty()) value["operations"].refuse("must not be empty");
    configuration.nodes.clear();
    value["nodes"].each_element([&](const Value& node) {
        node.expect_members({"name", "schedulable", "capacity", "score"});
        model::Node read{
            node["name"].string(), node["schedulable"].boolean(), node["capacity"].integer(0, INT32_MAX), {}};
        node["score"].each_element(
            [&](const Value& score) { read.score.push_back(score.integer(INT16_MIN, INT16_MAX)); });
        configuration.nodes.push_back(std::move(read));
    });
    if (configuration.nodes.size() > std::size_t{count_most}) value["nodes"].refuse("too many");
    configuration.strategy = strategy_of(value["strategy"]);
    configuration.waits_until_available = value["waitsUntilAvailable"].boolean();
    configuration.crashes = value["crashes"].integer(0, count_most);
    configuration.lost_replies = value["lostReplies"].integer(0, count_most);
    if (const auto staleness = value["staleness"]; !staleness.is_null())
        configuration.staleness = staleness.integer(0, count_most);
    value["variants"].each_element([&](const Value& variant) {
        if (model::find_variant(variant.string()) == nullptr)
            variant.refuse(fmt::format("there is no variant \"{}\"", variant.string()));
        configuration.variants.insert(variant.string());
    });
    return configuration;
}

model::Bounds bounds_of(const Value& value, const model::Configuration& configuration) {
    value.expect_members({"pods", "generations", "events"});
    model::Bounds bounds;
    bounds.pods = static_cast<int>(value["pods"].integer(1, count_most));
    bounds.generations = static_cast<int>(value["generations"].integer(1, count_most));
    value["events"].each_element([&](const Value& events) {
        bounds.events.push_back(static_cast<int>(events.integer(1, count_most)));
    });
    bounds.nodes = static_cast<int>(configuration.nodes.size());
    const auto watches = model::Bounds::least(configuration).events.size();
    if (bounds.events.size() != watches)
        value["events"].refuse(fmt::format("must have {} elements, one for each watch", watches));
    return bounds;
}

class Reader {
public:
    explicit Reader(const Value& document) : document_(document) {}

    Trace read() {
        document_.expect_members({"format", "version", "kcheck", "configuration", "reductions", "bounds",
                                  "property", "initial", "steps", "cycle"});
        const auto format = document_["format"];
        if (format.string() != trace_format) format.refuse(fmt::format("must be \"{}\"", trace_format));
        if (document_["version"].integer(0, INT32_MAX) != trace_version)
            document_["version"].refuse(fmt::format("this program reads version {}", trace_version));
        document_["kcheck"].string();
        Trace trace;
        trace.configuration = configuration_of(document_["configuration"]);
        for (const auto& one : model::named_reductions)
            trace.reductions.*one.member = document_["reductions"][std::string(one.name)].boolean();
        if (document_["reductions"].json().size() != model::named_reductions.size())
            document_["reductions"].refuse("unknown member");
        trace.bounds = bounds_of(document_["bounds"], trace.configuration);
        trace.property = document_["property"].string();
        try {
            read_steps(trace, pipeline_of(trace));
        } catch (const std::length_error&) {
            document_["configuration"].refuse("it is too large for kcheck");
        }
        return trace;
    }

private:
    void read_steps(Trace& trace, const model::Pipeline& pipeline) {
        const Actions actions(pipeline);
        std::map<std::string, int> numbers;
        for (int action = 0; action < actions.size(); ++action) numbers[actions.name(action)] = action;
        for (std::size_t v = 0; v < pipeline.layout().size(); ++v)
            variables_[pipeline.layout()[static_cast<model::VariableId>(v)].name] =
                static_cast<model::VariableId>(v);

        trace.initial = state(pipeline.layout(), document_["initial"]);
        document_["steps"].each_element([&](const Value& value) {
            value.expect_members({"action", "component", "parameters", "lag", "receipt", "state"});
            Step step;
            step.name = value["action"].string();
            const auto found = numbers.find(step.name);
            if (found == numbers.end())
                value["action"].refuse(fmt::format("there is no action \"{}\"", step.name));
            step.action = found->second;
            step.component = value["component"].string();
            if (step.component != actions.component(step.action))
                value["component"].refuse("is not the component of the action");
            if (value["parameters"].json() != parameters_of(actions, step.action))
                value["parameters"].refuse("are not those of the action");
            step.lag = value["lag"].integer(0, INT16_MAX);
            step.receipt = value["receipt"].boolean();
            if (step.receipt != actions.is_receipt(step.action))
                value["receipt"].refuse("does not fit the action");
            step.state = state(pipeline.layout(), value["state"]);
            trace.steps.push_back(std::move(step));
        });
        if (const auto cycle = document_["cycle"]; !cycle.is_null())
            trace.cycle =
                static_cast<std::size_t>(cycle.integer(0, static_cast<std::int64_t>(trace.steps.size())));
    }

    std::vector<int> state(const model::Layout& layout, const Value& value) const {
        std::vector<int> values(layout.size(), 0);
        value.each_member([&](const std::string& name, const Value& number) {
            const auto found = variables_.find(name);
            if (found == variables_.end()) number.refuse("there is no such variable");
            values[found->second] = number.integer(0, layout[found->second].size - 1);
        });
        return values;
    }

    const Value& document_;
    std::map<std::string, model::VariableId> variables_;
};

}  // namespace

tl::expected<Trace, FormatError> read_json(std::istream& in) {
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto document = parse_json<Json>(text);
    if (!document)
        return tl::unexpected(
            FormatError{{}, document.error().message, document.error().line, document.error().column});
    try {
        return Reader(Value(*document, "")).read();
    } catch (const Refusal& refusal) {
        return tl::unexpected(refusal.error);
    }
}

tl::expected<Trace, std::string> load(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return tl::unexpected(path.string() + ": cannot be read");
    return read_json(in).map_error([&](const FormatError& error) {
        return path.string() + (error.line > 0 ? ":" : ": ") + to_string(error);
    });
}

}  // namespace kcheck::traces
