// Every property can fail in the default model: its formula is not a constant there, and something
// within the ranges of the variables makes it false. What the monitors keep, they alone write, and
// no variant has a say in it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include "checker/cone.hpp"
#include "checker/z3_encoding.hpp"
#include "checker/z3_session.hpp"
#include "invariants/system.hpp"
#include "ir/term.hpp"
#include "tests/invariants_support.hpp"
#include "tests/support/seed.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

std::vector<const Property*> properties_of(Kind kind) {
    auto all = all_properties();
    std::erase_if(all, [kind](const Property* property) { return property->kind != kind; });
    return all;
}

/// Everybody is about two pods on one node with room for one, in a rollout: there is a kubelet that refuses.
Pipeline crowded() { return Pipeline(Small{.replicas = {2}, .capacity = 1, .set_images = 1}.with()); }

/// Values of the variables, within their ranges and not beyond the bounds of the encoding, where `term`
/// is false.
std::optional<Valuation> refuted(const Pipeline& pipeline, const ir::TransitionSystem& system,
                                 const std::string& name) {
    const auto problem = checker::reduce(system, {name}, false, false);
    checker::SymbolicOptions options;
    options.timeout_s = 60;
    checker::Session session(options);
    auto solver = session.new_solver();
    checker::Unrolling unrolling(problem, solver, checker::Unrolling::Start::anywhere);
    const auto within = problem.arena->variable(pipeline.encoding().exceeded) == 0;
    const auto model = session.find_model(solver, !unrolling.good(0) && unrolling.truth(0, within));
    if (!model) return std::nullopt;
    Valuation state;
    const auto values = unrolling.state(*model, 0);
    for (std::size_t i = 0; i < values.size(); ++i)
        state[static_cast<model::VariableId>(problem.variables[i])] = static_cast<std::uint8_t>(values[i]);
    return state;
}

/// The lines of a source without comments and without what strings say.
std::vector<std::string> code_of(const std::string& text) {
    static const std::regex quoted(R"("(?:[^"\\]|\\.)*")"), comment("//.*");
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(std::regex_replace(std::regex_replace(line, quoted, "\"\""), comment, ""));
    return lines;
}

using Sources = std::map<std::string, std::string>;

Sources sources_of_the_model() {
    Sources sources;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(KCHECK_SOURCE_DIR "/model")) {
        if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
        std::ifstream file(entry.path());
        sources[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return sources;
}

/// The members of Encoding that the monitors keep: "history.bindings[0]" is `bindings`.
std::set<std::string> kept_by_monitors() {
    std::set<std::string> names;
    const std::string prefix = "history.";
    const auto pipeline = crowded();
    for (const auto& variable : pipeline.layout().variables())
        if (variable.name.starts_with(prefix))
            names.insert(variable.name.substr(prefix.size(), variable.name.find('[') - prefix.size()));
    return names;
}

/// What is wrong with a model: who but the monitors and the layout names what the monitors keep, and
/// whether they ask for a variant.
std::vector<std::string> meddling(const Sources& sources) {
    std::string names;
    for (const auto& name : kept_by_monitors()) names += (names.empty() ? "" : "|") + name;
    const std::regex kept("\\b(" + names + ")\\b");
    // Where a member is declared, and where it gets its place: neither reads or writes a state.
    const std::regex declared(R"(^    (VariableId|std::vector<VariableId>) [\w, ]+;\s*$)");
    const std::regex placed("^ +(" + names + R"()(\.push_back\(| = )add\(.*Part::history.*\);\s*$)");
    const std::regex variant(R"([Vv]ariant|\bis\()");
    std::vector<std::string> found;
    for (const auto& [file, text] : sources) {
        const bool monitors = file == "monitors.hpp";
        const auto lines = code_of(text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto breach = [&](const char* what) {
                found.push_back(file + ":" + std::to_string(i + 1) + ": " + what);
            };
            if (monitors && std::regex_search(lines[i], variant)) breach("a monitor asks for a variant");
            if (monitors || !std::regex_search(lines[i], kept)) continue;
            if (file == "encoding.hpp" && std::regex_match(lines[i], declared)) continue;
            if (file == "encoding.cpp" && std::regex_match(lines[i], placed)) continue;
            breach("what a monitor keeps is named");
        }
    }
    return found;
}

}  // namespace

TEST_CASE("every safety property can be false in the default model") {
    const auto pipeline = crowded();
    std::vector<std::string> names;
    for (const auto* property : properties_of(Kind::safety)) names.emplace_back(property->name);
    const auto system = invariants::system_with(pipeline, names);
    REQUIRE(system.invariants.size() == names.size());
    const std::vector<std::int32_t> initial(system.variables.size(), 0);
    ir::Evaluator evaluate(*system.arena);
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        const auto& property = property_of(names[i]);
        const auto term = system.invariants[i].holds;
        CHECK_FALSE(term.is_constant());
        evaluate.reset(initial);
        CHECK(evaluate(term) == 1);

        const auto state = refuted(pipeline, system, names[i]);
        REQUIRE(state);
        CHECK_FALSE(property.holds(pipeline.encoding(), *state));
        const std::vector<std::int32_t> values(state->value.begin(),
                                               state->value.begin() + std::ssize(system.variables));
        for (std::size_t v = 0; v < values.size(); ++v) CHECK(values[v] < system.variables[v].size);
        evaluate.reset(values);
        CHECK(evaluate(term) == 0);
    }
}

TEST_CASE("a formula that is a constant is not refuted") {
    const auto pipeline = crowded();
    auto system = pipeline.transition_system();
    system.invariants.push_back({"true", system.arena->boolean(true), {}});
    // As good as constant: the counter of bindings has no fourth value.
    const auto bindings = system.arena->variable(pipeline.encoding().bindings.front());
    system.invariants.push_back({"below three", bindings < 3, {}});
    system.invariants.push_back({"below two", bindings < 2, {}});
    CHECK_FALSE(refuted(pipeline, system, "true"));
    CHECK_FALSE(refuted(pipeline, system, "below three"));
    CHECK(refuted(pipeline, system, "below two"));
}

TEST_CASE("every goal of a liveness property can be missed in the default model") {
    const auto pipeline = crowded();
    const auto& variables = pipeline.layout().variables();
    std::mt19937 random(random_seed());
    const auto anything = [&] {
        Valuation state;
        for (std::size_t v = 0; v < variables.size(); ++v)
            state[static_cast<model::VariableId>(v)] =
                static_cast<std::uint8_t>(random() % static_cast<unsigned>(variables[v].size));
        state[pipeline.encoding().exceeded] = 0;
        return state;
    };
    const auto liveness = properties_of(Kind::liveness);
    REQUIRE(liveness.size() >= 5);
    for (const auto* property : liveness) {
        INFO(property->name);
        if (property->form == invariants::Form::finitely_often) {
            std::set<bool> counted;
            for (std::size_t a = 0; a < pipeline.actions().size(); ++a)
                counted.insert(property->counted(pipeline, {static_cast<std::uint16_t>(a)}));
            CHECK(counted == std::set{false, true});
            continue;
        }
        const auto missed = [&](const Valuation& state) {
            return !property->goal(pipeline.encoding(), state) &&
                   (!property->premise || property->premise(pipeline.encoding(), state));
        };
        bool met = property->goal(pipeline.encoding(), Valuation{}), is_missed = false;
        for (int tries = 0; tries < 1000 && !is_missed; ++tries) is_missed = missed(anything());
        CHECK(met);
        CHECK(is_missed);
    }
}

TEST_CASE("the monitors keep something for every property of commits and starts") {
    const std::set<std::string> kept{"bindings",    "completed",   "direct_writer",     "lost_update",
                                     "name_reused", "stray_start", "revision_repeated", "uid_repeated"};
    CHECK(kept_by_monitors() == kept);
    // Each of them decides a property, in every variant's layout the same.
    const auto pipeline = crowded();
    for (const auto& variable : pipeline.layout().variables()) {
        if (!variable.name.starts_with("history.")) continue;
        INFO(variable.name);
        Valuation state;
        const auto id = static_cast<model::VariableId>(&variable - pipeline.layout().variables().data());
        state[id] = static_cast<std::uint8_t>(variable.size - 1);
        CHECK(std::ranges::any_of(properties_of(Kind::safety), [&](const Property* property) {
            return !property->holds(pipeline.encoding(), state);
        }));
    }
}

TEST_CASE("only the monitors write what they keep, and they know of no variant") {
    const auto sources = sources_of_the_model();
    REQUIRE(sources.contains("monitors.hpp"));
    REQUIRE(sources.size() > 20);
    CHECK(meddling(sources) == std::vector<std::string>{});

    const auto with = [&](const std::string& file, const std::string& line) {
        auto changed = sources;
        changed[file] += line + "\n";
        return meddling(changed).size();
    };
    CHECK(with("kube_apiserver.hpp", "    // k.uid_repeated is set by a monitor") == 0);
    for (const auto& name : kept_by_monitors()) {
        INFO(name);
        CHECK(with("kube_apiserver.hpp", "    c.set(k." + name + ", c.integer(1));") == 1);
        CHECK(with("encoding.cpp", "    const auto variable = " + name + ";") == 1);
        CHECK(with("kubelet.hpp", "    const auto variable = k." + name + "[i];  // its alias") == 1);
    }
    CHECK(with("monitors.hpp", "    if (k.is(Variant::no_expectations)) return;") == 1);
    CHECK(with("monitors.hpp", "    if (k.configuration.variants.empty()) return;") == 1);
    CHECK(with("monitors.hpp", "    // whatever Variant it is") == 0);
}
