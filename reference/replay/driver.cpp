#include "reference/replay/driver.hpp"

#include "reference/replay/cluster.hpp"

namespace kcheck::reference::replay {

namespace {

constexpr int protocol = 2;

Json hello(const Json& message) {
    if (message.value("protocol", 0) != protocol)
        throw BadMessage("/hello/protocol: this driver speaks protocol 2");
    Json variants = Json::array();
    for (const auto& [name, value] : switch_names()) variants.push_back(name);
    return {{"hello", {{"protocol", protocol}, {"name", "kcheck-reference"}, {"variants", variants}}}};
}

}  // namespace

Driver::Driver() = default;
Driver::~Driver() = default;

Json Driver::refusal(const std::string& reason) const {
    return {{"refuse",
             {{"reason", reason}, {"allowed", cluster_ ? cluster_->allowed() : std::vector<std::string>{}}}}};
}

Json Driver::answer(const Json& message) {
    if (!message.is_object() || message.size() != 1)
        throw BadMessage("a message is an object with one member: hello, configuration, step or rest");
    const auto& kind = message.begin().key();
    const auto& body = message.begin().value();
    if (kind == "hello") return hello(body);
    try {
        if (kind == "configuration") {
            cluster_.reset();
            cluster_ = std::make_unique<Cluster>(replay_configuration_of(body));
        } else if (cluster_ == nullptr) {
            throw BadMessage("a configuration comes before a " + kind);
        } else if (kind == "step") {
            cluster_->step(body);
        } else if (kind == "rest") {
            const auto state = cluster_->state();
            cluster_->rest();
            return {{"state", state}};
        } else {
            throw BadMessage("there is no message \"" + kind + "\"");
        }
    } catch (const Refused& refused) {
        return refusal(refused.what());
    } catch (const Json::exception& error) {
        throw BadMessage("/" + kind + ": " + error.what());
    }
    return {{"state", cluster_->state()}};
}

int drive(std::istream& in, std::ostream& out, std::ostream& errors) {
    Driver driver;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        try {
            out << driver.answer(Json::parse(line)).dump() << std::endl;
        } catch (const std::exception& error) {
            errors << "kcheck-reference drive: line " << number << ": " << error.what() << '\n';
            return 2;
        }
    }
    return 0;
}

int run_at_random(const RandomRun& run, std::ostream& out) {
    ReplayConfiguration configuration;
    configuration.deployment = "app";
    configuration.replicas = run.replicas;
    for (int n = 0; n < run.nodes; ++n)
        configuration.nodes.push_back({.name = "node-" + std::to_string(n), .score = {}});
    Cluster cluster(std::move(configuration), Controllers::together);
    cluster.on_commit([&](const apiserver::Commit& commit) {
        out << Json{{"revision", commit.revision}, {"user", commit.user.name},          {"verb", commit.verb},
                    {"resource", commit.resource}, {"subresource", commit.subresource}, {"key", commit.key},
                    {"object", commit.object}}
            << '\n';
    });
    cluster.run_at_random(run.seed, {run.crashes, run.lost_replies});
    return 0;
}

}  // namespace kcheck::reference::replay
